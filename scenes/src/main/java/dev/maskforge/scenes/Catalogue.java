package dev.maskforge.scenes;

import java.util.List;

/// The things that stand and move on streets, as parts of classes.
final class Catalogue {
    private Catalogue() {
    }

    private static List<Part> one(String name, Mesh mesh) {
        return List.of(new Part(name, mesh));
    }

    static List<Part> car(Chance chance) {
        return one("car", Cars.any(chance));
    }

    static List<Part> truck(Chance chance) {
        return one("truck", Trucks.any(chance));
    }

    static List<Part> bus(Chance chance) {
        return one("bus", Buses.city(chance));
    }

    static List<Part> train(Chance chance) {
        return one("train", Trains.tram(chance));
    }

    static List<Part> motorcyclist(Chance chance) {
        return Riders.onMotorcycle(chance);
    }

    static List<Part> cyclist(Chance chance) {
        return Riders.onBicycle(chance);
    }

    static List<Part> motorcycle(Chance chance) {
        return one("motorcycle", Motorcycle.any(chance).mesh());
    }

    static List<Part> bicycle(Chance chance) {
        return one("bicycle", Bicycle.any(chance).mesh());
    }

    static List<Part> person(Chance chance) {
        return one("person", People.any(chance));
    }

    static List<Part> lampPost(Chance chance) {
        return chance.happens(0.85) ? Poles.streetLamp(chance) : Poles.mast(chance);
    }

    static List<Part> sign(Chance chance) {
        return Poles.sign(chance);
    }

    static List<Part> trafficLight(Chance chance) {
        return Poles.signal(chance);
    }

    static List<Part> hedge(double length, Chance chance) {
        return one("vegetation", Trees.hedge(chance, length));
    }

    static List<Part> wall(double length, Chance chance) {
        return one("wall", Barriers.wall(chance, length));
    }

    static List<Part> fence(double length, Chance chance) {
        return one("fence", Barriers.fence(chance, length));
    }

    static List<Part> townHouse(double width, double depth, Chance chance) {
        return one("building", Buildings.any(chance, width, depth));
    }

    /// A house in a garden.
    static List<Part> cottage(double width, double depth, Chance chance) {
        return one("building", Buildings.townHouse(chance, width, depth, 1 + chance.index(2)));
    }
}
