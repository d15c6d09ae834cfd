package dev.maskforge.scenes;

import dev.maskforge.scenes.World.Plot;
import java.util.List;

/// Those who walk, stand and cross, and the bicycles that they left.
final class Pedestrians {
    private final World world;
    private final Section section;
    private final Chance chance;

    Pedestrians(World world, Section section, Chance chance) {
        this.world = world;
        this.section = section;
        this.chance = chance;
    }

    void walk(int count) {
        for (int i = 0; i < count; i++) {
            int sign = chance.happens(0.55) ? 1 : -1;
            double from = sign < 0 ? section.walkFrom() : section.roadTo() + section.vergeRight();
            double to = sign < 0 ? section.roadFrom() - section.vergeLeft() : section.walkTo();
            if (to - from < 1.2) {
                continue;
            }
            double along = chance.between(5, 28);
            double across = chance.between(from + 0.5, to - 0.5);
            double turn = chance.happens(0.8) ? (chance.happens(0.5) ? 0 : StrictMath.PI) + chance.between(-0.25, 0.25)
                    : chance.between(0, 6.2);
            person(along, across, Roadway.KERB, turn);
            if (chance.happens(0.3)) {
                person(along + chance.between(-0.3, 0.3), across + 0.75, Roadway.KERB, turn + chance.between(-0.15, 0.15));
            }
        }
    }

    private void person(double along, double across, double height, double turn) {
        if (world.take(Plot.around(along, across, 0.6, 0.6))) {
            world.add(Catalogue.person(chance), along, across, height, turn);
        }
    }

    /// Those who cross the road on a zebra crossing.
    void cross(double along, int count) {
        for (int i = 0; i < count; i++) {
            double across = chance.between(section.roadFrom() + 0.5, section.roadTo() - 0.5);
            person(along + chance.between(0.4, 2.8), across, 0,
                    (chance.happens(0.5) ? 1 : -1) * StrictMath.PI / 2 + chance.between(-0.2, 0.2));
        }
    }

    void parkBicycles(int count) {
        int sign = chance.happens(0.6) ? 1 : -1;
        double across = (sign < 0 ? section.roadFrom() : section.roadTo()) + sign * 0.9;
        double along = chance.between(5, 16);
        double turn = chance.happens(0.5) ? StrictMath.PI / 2 * sign : chance.between(-0.2, 0.2);
        for (int i = 0; i < count; i++) {
            double length = Math.abs(turn) > 1 ? 0.8 : 1.9;
            List<Part> bicycle = chance.happens(0.08) ? Catalogue.motorcycle(chance) : Catalogue.bicycle(chance);
            if (world.take(Plot.around(along, across, length, Math.abs(turn) > 1 ? 1.8 : 0.7))) {
                world.add(bicycle, along, across, Roadway.KERB, turn + chance.between(-0.1, 0.1));
            }
            along += length + chance.between(0, 0.3);
        }
    }
}
