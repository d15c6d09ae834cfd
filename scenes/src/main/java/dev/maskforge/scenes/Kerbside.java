package dev.maskforge.scenes;

import dev.maskforge.scenes.World.Plot;
import java.util.List;
import java.util.Optional;

/// Lamps, signs, traffic lights and what else stands at a road's edge.
final class Kerbside {
    private final World world;
    private final Section section;
    private final Optional<Crossroads> crossing;
    private final Chance chance;

    Kerbside(World world, Section section, Optional<Crossroads> crossing, Chance chance) {
        this.world = world;
        this.section = section;
        this.crossing = crossing;
        this.chance = chance;
    }

    private double edge(int sign) {
        return (sign < 0 ? section.roadFrom() : section.roadTo()) + sign * 0.5;
    }

    /// What looks to those who come along on a side of the road.
    private static double towards(int sign) {
        return sign > 0 ? StrictMath.PI : 0;
    }

    private boolean stand(List<Part> parts, double along, int sign, double turn) {
        double across = edge(sign) + sign * chance.between(0, 0.3);
        boolean onOtherRoad = crossing.map(other -> along > other.from() - 0.3 && along < other.to() + 0.3).orElse(false);
        if (onOtherRoad || !world.take(Plot.around(along, across, 0.7, 0.7))) {
            return false;
        }
        world.add(parts, along, across, Roadway.KERB, turn);
        return true;
    }

    void lamps() {
        int sides = chance.index(3);
        double distance = chance.between(16, 32);
        for (int sign = -1; sign <= 1; sign += 2) {
            if (sides == 2 || sides == (sign + 1) / 2) {
                Chance look = chance.split();
                long seed = look.bits();
                for (double along = chance.between(3, 16); along < 110; along += distance) {
                    stand(Catalogue.lampPost(new Chance(seed)), along, sign, sign > 0 ? 0 : StrictMath.PI);
                }
            }
        }
    }

    void signs(int count) {
        for (int i = 0; i < count; i++) {
            int sign = chance.happens(0.7) ? 1 : -1;
            stand(Catalogue.sign(chance), chance.between(6, 28), sign, towards(chance.happens(0.8) ? 1 : -1) + chance.between(-0.3, 0.3));
        }
    }

    /// Traffic lights at the crossing, or before a zebra crossing.
    void lights(double along) {
        for (int sign = -1; sign <= 1; sign += 2) {
            light(along, sign);
        }
        crossing.ifPresent(other -> {
            for (int sign = -1; sign <= 1; sign += 2) {
                light(other.to() + 0.8, sign);
            }
        });
    }

    /// It looks to those who go the camera's way; an arm reaches over the road from either side.
    private void light(double along, int sign) {
        List<Part> light = Catalogue.trafficLight(chance);
        stand(sign < 0 ? light : Placement.scaled(-1, 1, 1).of(light), along, sign, StrictMath.PI + chance.between(-0.12, 0.12));
    }
}
