package dev.maskforge.scenes;

import dev.maskforge.scenes.Textures.RoadWear;
import java.util.List;
import java.util.Optional;

/// Puts a street together: the ground, then what must be there, then what finds room.
final class Layout {
    private final World world;
    private final Setting setting;
    private final Wishes wishes;
    private final Section section;
    private final Optional<Crossroads> crossing;
    private final int ownLane;
    private final Chance chance;
    private final Roadway roadway;
    private final RoadWear wear;

    Layout(Street street, Setting setting, Wishes wishes, Section section, Optional<Crossroads> crossing, int ownLane, Chance chance) {
        this.world = new World(street);
        this.setting = setting;
        this.wishes = wishes;
        this.section = section;
        this.crossing = crossing;
        this.ownLane = ownLane;
        this.chance = chance;
        this.roadway = new Roadway(world, section, crossing, setting, chance.split());
        this.wear = RoadWear.by(chance.split(), roadway.asphalt().colour(), section.laneMiddles());
    }

    RoadWear wear() {
        return wear;
    }

    World build() {
        roadway.lay();
        Chance own = chance.split();
        double zebra = zebra(own);
        new Traffic(world, section, wishes, ownLane, chance.split()).drive();
        furnish(zebra, own);
        people(zebra, own);
        boolean railway = setting == Setting.COUNTRY && wishes.train();
        int railSide = own.happens(0.5) ? 1 : -1;
        Orchard orchard = new Orchard(chance.split());
        for (int sign = -1; sign <= 1; sign += 2) {
            Roadside side = new Roadside(world, section, crossing, roadway, wishes, orchard, sign, chance.split());
            trees(side, sign, own);
            switch (setting) {
                case CITY -> side.city();
                case SUBURB -> side.suburb();
                case COUNTRY -> side.country(railway && sign == railSide);
            }
        }
        if (railway) {
            train(railSide, own);
        }
        return world;
    }

    /// Where a zebra crossing begins.
    private double zebra(Chance own) {
        if (crossing.isPresent()) {
            return crossing.get().from() - 3.4;
        }
        double along = own.between(9, 26);
        if (setting != Setting.COUNTRY && own.happens(0.3)) {
            roadway.zebra(along);
        }
        return along;
    }

    private void furnish(double zebra, Chance own) {
        Kerbside kerbside = new Kerbside(world, section, crossing, chance.split());
        if (setting != Setting.COUNTRY && own.happens(crossing.isPresent() ? 0.85 : 0.3)) {
            kerbside.lights(zebra - 0.8);
        }
        kerbside.signs(1 + own.index(4));
        if (setting != Setting.COUNTRY || own.happens(0.3)) {
            kerbside.lamps();
        }
    }

    private void people(double zebra, Chance own) {
        Pedestrians people = new Pedestrians(world, section, chance.split());
        if (setting != Setting.COUNTRY) {
            people.cross(zebra, own.happens(0.5) ? 1 + own.index(3) : 0);
        }
        if (wishes.rider() || own.happens(0.3)) {
            people.parkBicycles(1 + own.index(5));
        }
        people.walk(switch (setting) {
            case CITY -> 2 + own.index(11);
            case SUBURB -> 1 + own.index(5);
            case COUNTRY -> own.index(3);
        });
    }

    private void trees(Roadside side, int sign, Chance own) {
        double verge = sign < 0 ? section.vergeLeft() : section.vergeRight();
        double edge = sign < 0 ? section.roadFrom() : section.roadTo();
        boolean room = verge > 0 || (sign < 0 ? section.walkLeft() : section.walkRight()) > 2.6;
        if (setting != Setting.COUNTRY && room && own.happens(verge > 0 ? 0.75 : 0.35)) {
            side.avenue(edge + sign * Math.max(0.75, verge / 2), own.between(7, 14), own.between(2, 12));
        }
    }

    private void train(int side, Chance own) {
        double across = side < 0 ? section.walkFrom() - own.between(4.5, 7) : section.walkTo() + own.between(4.5, 7);
        roadway.railway(across);
        List<Part> train = Catalogue.train(own);
        world.add(train, own.between(26, 40), across, roadway.railHeight() + 0.14, own.happens(0.5) ? 0 : StrictMath.PI);
    }
}
