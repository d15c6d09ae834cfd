package dev.maskforge.scenes;

import java.util.ArrayList;
import java.util.List;

/// The things that have been put beside and on a street, and the ground they take.
final class World {
    private final Street street;
    private final List<Thing> ground = new ArrayList<>();
    private final List<Thing> objects = new ArrayList<>();
    private final List<Thing> outlines = new ArrayList<>();
    private final List<Plot> taken = new ArrayList<>();
    private int groups;

    World(Street street) {
        this.street = street;
    }

    /// A rectangle of ground: from and to along the road, from and to across it.
    record Plot(double near, double far, double left, double right) {
        static Plot around(double along, double across, double length, double width) {
            return new Plot(along - length / 2, along + length / 2, across - width / 2, across + width / 2);
        }

        boolean meets(Plot other) {
            return near < other.far && other.near < far && left < other.right && other.left < right;
        }
    }

    /// All things, the ground first.
    List<Thing> things() {
        List<Thing> things = new ArrayList<>(ground);
        things.addAll(objects);
        return things;
    }

    /// What counts as things in the truth, but is not seen.
    List<Thing> outlines() {
        return outlines;
    }

    Street street() {
        return street;
    }

    /// Takes the ground, if it is free.
    boolean take(Plot plot) {
        if (taken.stream().anyMatch(plot::meets)) {
            return false;
        }
        taken.add(plot);
        return true;
    }

    /// Ground and the like, in world coordinates.
    void addGround(Mesh mesh, Category category) {
        ground.add(new Thing(mesh, category, Spot.at(0, 0, 0, 0), Thing.GROUND));
    }

    /// Puts the parts of an object beside each other at a place of the road.
    ///
    /// @param turn the yaw against the road's course
    void add(List<Part> parts, double along, double across, double height, double turn) {
        Vector at = street.at(along, across, height);
        Spot spot = new Spot(at, street.heading(along) + turn);
        groups++;
        for (Part part : parts) {
            Category category = Category.named(part.className());
            objects.add(new Thing(part.mesh(), category, spot, groups));
            if (Outline.has(category)) {
                outlines.add(new Thing(Outline.of(category, part.mesh()), category, spot, groups));
            }
        }
    }
}
