package dev.maskforge.scenes;

import dev.maskforge.scenes.World.Plot;
import java.util.List;
import java.util.function.Function;

/// Vehicles on the road and along its kerbs.
final class Traffic {
    private static final double BACK = StrictMath.PI;

    private final World world;
    private final Section section;
    private final Wishes wishes;
    private final int ownLane;
    private final Chance chance;

    Traffic(World world, Section section, Wishes wishes, int ownLane, Chance chance) {
        this.world = world;
        this.section = section;
        this.wishes = wishes;
        this.ownLane = ownLane;
        this.chance = chance;
        // The camera's own car.
        world.take(new Plot(-4, 5.5, section.laneRight(ownLane) - 1, section.laneRight(ownLane) + 1));
    }

    void drive() {
        if (section.tracks() > 0) {
            tram();
        }
        if (wishes.bus()) {
            large(Catalogue::bus, 11, 30);
        }
        if (wishes.truck()) {
            large(Catalogue::truck, 9, 28);
        }
        if (wishes.motorcycle()) {
            twoWheeler(Catalogue::motorcyclist, 6, 16);
            if (chance.happens(0.4)) {
                twoWheeler(Catalogue::motorcyclist, 7, 20);
            }
        }
        if (wishes.rider()) {
            int count = 1 + chance.index(3);
            for (int i = 0; i < count; i++) {
                cyclist();
            }
        }
        parked();
        moving();
    }

    private void tram() {
        boolean oncoming = chance.happens(0.6);
        double across = oncoming ? -1.6 : 1.6;
        List<Part> tram = Catalogue.train(chance);
        double length = length(tram);
        double along = chance.between(9, 24) + length / 2;
        if (world.take(Plot.around(along, across, length + 1, 2.9))) {
            world.add(tram, along, across, 0, oncoming ? BACK : 0);
        }
    }

    private static double length(List<Part> parts) {
        return parts.stream().mapToDouble(part -> Bounds.of(part.mesh()).length()).max().orElse(0);
    }

    /// Tries some lanes and distances until one is free.
    private void large(Function<Chance, List<Part>> kind, double nearest, double farthest) {
        List<Part> vehicle = kind.apply(chance);
        double length = length(vehicle);
        for (int attempt = 0; attempt < 12; attempt++) {
            boolean oncoming = chance.happens(0.5);
            double start = chance.between(nearest, farthest);
            if (!oncoming && section.parkingRight() > 0 && chance.happens(0.3)) {
                if (put(vehicle, start + length / 2, section.lanesTo() + 1.0, length, 2.7, 0)) {
                    return;
                }
            }
            int lane = oncoming ? chance.index(section.lanesLeft()) : chance.index(section.lanesRight());
            double across = oncoming ? section.laneLeft(lane) : section.laneRight(lane);
            // Right behind a large vehicle there is nothing else to see.
            double along = start + length / 2 + (!oncoming && lane == ownLane ? 6 : 0);
            if (put(vehicle, along, across, length + 1.5, 2.7, oncoming ? BACK : 0)) {
                return;
            }
        }
    }

    private boolean put(List<Part> vehicle, double along, double across, double length, double width, double turn) {
        if (!world.take(Plot.around(along, across, length, width))) {
            return false;
        }
        world.add(vehicle, along, across + chance.between(-0.15, 0.15), 0, turn + chance.between(-0.02, 0.02));
        return true;
    }

    private void twoWheeler(Function<Chance, List<Part>> kind, double nearest, double farthest) {
        for (int attempt = 0; attempt < 8; attempt++) {
            boolean oncoming = chance.happens(0.4);
            double across = oncoming ? section.laneLeft(chance.index(section.lanesLeft()))
                    : section.laneRight(chance.index(section.lanesRight()));
            if (put(kind.apply(chance), chance.between(nearest, farthest), across + chance.between(-0.9, 0.9), 3, 1.1,
                    oncoming ? BACK : 0)) {
                return;
            }
        }
    }

    private void cyclist() {
        for (int attempt = 0; attempt < 8; attempt++) {
            boolean oncoming = chance.happens(0.4);
            double across = oncoming ? section.lanesFrom() + 0.7 : section.lanesTo() - 0.7;
            if (put(Catalogue.cyclist(chance), chance.between(5, 18), across + chance.between(-0.4, 0.3), 2.4, 1, oncoming ? BACK : 0)) {
                return;
            }
        }
    }

    private void parked() {
        if (section.parkingRight() > 0) {
            row(section.lanesTo() + section.parkingRight() / 2, 0);
        }
        if (section.parkingLeft() > 0) {
            row(section.lanesFrom() - section.parkingLeft() / 2, BACK);
        }
    }

    private void row(double across, double turn) {
        double density = chance.between(0.3, 0.95);
        double along = chance.between(-6, 2);
        while (along < 65) {
            if (chance.happens(density)) {
                List<Part> vehicle = chance.happens(0.03) ? Catalogue.motorcycle(chance) : Catalogue.car(chance);
                double length = length(vehicle);
                put(vehicle, along + length / 2, across, length, 1.9, chance.happens(0.12) ? turn + BACK : turn);
                along += length + chance.between(0.6, 1.8);
            } else {
                along += chance.between(3, 9);
            }
        }
    }

    private void moving() {
        double density = chance.between(0.05, 0.8);
        for (int lane = 0; lane < section.lanesLeft(); lane++) {
            lane(section.laneLeft(lane), density, BACK, chance.between(3, 14));
        }
        for (int lane = 0; lane < section.lanesRight(); lane++) {
            lane(section.laneRight(lane), density, 0, lane == ownLane ? chance.between(10, 22) : chance.between(2, 14));
        }
    }

    private void lane(double across, double density, double turn, double first) {
        double along = first;
        while (along < 85) {
            if (chance.happens(density)) {
                double kind = chance.unit();
                List<Part> vehicle = kind < 0.88 ? Catalogue.car(chance) : kind < 0.95 ? Catalogue.truck(chance) : Catalogue.bus(chance);
                double length = length(vehicle);
                put(vehicle, along + length / 2, across, length + 1.5, 2.2, turn);
                along += length;
            }
            along += chance.between(4, 16);
        }
    }
}
