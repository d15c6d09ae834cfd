package dev.maskforge.scenes;

import dev.maskforge.scenes.Crossroads.Stretch;
import dev.maskforge.scenes.World.Plot;
import java.util.List;
import java.util.Optional;

/// What stands beside the road on one side: houses in rows with gaps, walls, fences and hedges before gardens, trees,
/// fields and woods.
final class Roadside {
    /// Of houses in rows, in metres.
    private static final double DEPTH = 11;
    private static final double QUARTER = StrictMath.PI / 2;

    private final World world;
    private final Section section;
    private final Optional<Crossroads> crossing;
    private final Roadway roadway;
    private final Wishes wishes;
    private final Orchard orchard;
    private final Chance chance;
    /// -1 on the left, 1 on the right.
    private final int sign;

    Roadside(World world, Section section, Optional<Crossroads> crossing, Roadway roadway, Wishes wishes, Orchard orchard, int sign,
            Chance chance) {
        this.world = world;
        this.section = section;
        this.crossing = crossing;
        this.roadway = roadway;
        this.wishes = wishes;
        this.orchard = orchard;
        this.sign = sign;
        this.chance = chance;
    }

    /// What looks to the road.
    private double turn() {
        return -sign * QUARTER;
    }

    private double walkEnd() {
        return sign < 0 ? section.walkFrom() : section.walkTo();
    }

    private double front() {
        return sign < 0 ? section.frontLeft() : section.frontRight();
    }

    void city() {
        double density = chance.between(0.72, 1);
        for (Stretch stretch : Crossroads.around(crossing, -28, 150)) {
            double along = stretch.near() + (stretch.near() > 0 ? 0 : chance.between(0, 6));
            while (along < stretch.far() - 5) {
                double room = stretch.far() - along;
                double width = Math.min(room, chance.between(8, 22));
                if (room - width < 6) {
                    width = room;
                }
                if (chance.happens(density) || width < 6) {
                    house(Catalogue.townHouse(width, DEPTH, chance), along + width / 2, front(), DEPTH);
                } else {
                    gap(along, width);
                }
                along += width;
            }
        }
        crossing.ifPresent(this::otherRoad);
        end();
    }

    private void house(List<Part> house, double along, double line, double depth) {
        world.add(house, along, line + sign * depth / 2, roadway.landHeight(along, line) - 0.02, turn());
    }

    /// A lot without a house: a park or a yard, behind a wall or a fence or open.
    private void gap(double along, double width) {
        barrier(along + 0.2, along + width - 0.2, walkEnd() + sign * 0.4);
        Material lot = roadway.grass();
        Ground ground = new Ground(world.street());
        double end = walkEnd() + sign * 30;
        world.addGround(ground.strip(along, along + width, Math.min(walkEnd(), end), Math.max(walkEnd(), end), Roadway.KERB + 0.01, lot),
                Category.TERRAIN);
        for (int i = 0; i < 5; i++) {
            plant(along + chance.between(1.5, width - 1.5), walkEnd() + sign * chance.between(4, 24));
        }
    }

    /// Something that runs along the road at a distance from its middle, of what the scene is to hold.
    private boolean barrier(double near, double far, double across) {
        double kind = chance.unit();
        if (wishes.wall() && kind < (wishes.fence() ? 0.46 : 0.8)) {
            run(near, far, across, 6, Kind.WALL);
        } else if (wishes.fence() && kind < 0.92) {
            run(near, far, across, 5, Kind.FENCE);
        } else if (chance.happens(0.5)) {
            run(near, far, across, 4, Kind.HEDGE);
        } else {
            return false;
        }
        return true;
    }

    private enum Kind {
        WALL, FENCE, HEDGE
    }

    private void run(double near, double far, double across, double piece, Kind kind) {
        Chance look = chance.split();
        long seed = look.bits();
        int pieces = Math.max(1, (int) Math.ceil((far - near) / piece));
        double length = (far - near) / pieces;
        for (int i = 0; i < pieces; i++) {
            // Equal numbers for each piece: one wall, not many.
            Chance same = new Chance(seed);
            double along = near + (i + 0.5) * length;
            List<Part> part = switch (kind) {
                case WALL -> Catalogue.wall(length + 0.02, same);
                case FENCE -> Catalogue.fence(length, same);
                case HEDGE -> Catalogue.hedge(length + 0.1, same);
            };
            world.add(part, along, across, roadway.landHeight(along, across) - 0.02, turn());
        }
    }

    private void plant(double along, double across) {
        world.add(chance.happens(0.7) ? orchard.tree(chance.index(orchard.species()), along) : orchard.bush(chance, along), along, across,
                roadway.landHeight(along, across) - 0.05, chance.between(0, 2 * StrictMath.PI));
    }

    void suburb() {
        for (Stretch stretch : Crossroads.around(crossing, -28, 140)) {
            double along = stretch.near() + 1;
            while (along < stretch.far() - 7) {
                double width = Math.min(stretch.far() - along, chance.between(13, 22));
                lot(along, width);
                along += width;
            }
        }
        end();
    }

    /// A house in its garden.
    private void lot(double along, double width) {
        boolean built = chance.happens(0.84) && width > 11;
        double depth = 9;
        if (built) {
            double deep = chance.between(7, 10);
            house(Catalogue.cottage(Math.min(width - 2.5, chance.between(8, 14)), deep, chance),
                    along + width / 2 + chance.between(-0.5, 0.5),
                    front(), deep);
            depth = Math.max(1.2, Math.abs(front() - walkEnd()) - 0.6);
        }
        barrier(along + 0.1, along + width - (built ? chance.between(1.5, 3.5) : 0.1), walkEnd() + sign * 0.35);
        int plants = built ? chance.index(3) : 3 + chance.index(4);
        for (int i = 0; i < plants; i++) {
            double off = chance.between(0.8, Math.max(1.2, depth));
            if (built && off > depth - 1.2) {
                world.add(orchard.bush(chance, along), along + chance.between(0.5, width - 0.5), walkEnd() + sign * Math.max(0.9, off - 1),
                        Roadway.KERB, chance.between(0, 6));
            } else {
                plant(along + chance.between(0.5, width - 0.5), walkEnd() + sign * off);
            }
        }
        // Behind the houses.
        for (int i = 0; i < 2; i++) {
            plant(along + chance.between(0, width), front() + sign * chance.between(13, 22));
        }
    }

    void country(boolean railway) {
        double edge = walkEnd() + sign * (railway ? 13 : 0);
        if (!railway) {
            double near = chance.between(2, 10);
            barrier(near, near + chance.between(20, 60), walkEnd() + sign * chance.between(0.5, 2));
        }
        double woods = chance.between(0, 1);
        for (double along = -10; along < 170; along += chance.between(3, 9)) {
            if (chance.happens(0.35 + 0.5 * woods)) {
                plant(along, edge + sign * chance.between(woods > 0.6 ? 3 : 9, 28));
            }
        }
        if (chance.happens(0.75)) {
            double along = chance.between(16, 50);
            double across = edge + sign * chance.between(5, 14);
            world.add(Catalogue.cottage(chance.between(8, 15), 8, chance), along, across + sign * 4,
                    roadway.landHeight(along, across) - 0.2, turn() + chance.between(-0.5, 0.5));
        }
        double line = edge + sign * chance.between(35, 80);
        for (double along = 10; along < 260; along += chance.between(4, 7)) {
            plant(along, line + chance.between(-6, 6));
        }
    }

    /// The other road's houses, which one sees when one looks into it.
    private void otherRoad(Crossroads other) {
        double start = front() + sign * (DEPTH + 0.5);
        for (int side = -1; side <= 1; side += 2) {
            double line = side < 0 ? other.from() - other.walk() : other.to() + other.walk();
            for (double off = 0; off < 42; off += 14) {
                world.add(Catalogue.townHouse(14, DEPTH, chance), line + side * DEPTH / 2, start + sign * (off + 7), Roadway.KERB,
                        side < 0 ? 0 : StrictMath.PI);
            }
        }
        for (double along = other.from() - 3; along < other.to() + 4; along += 4) {
            plant(along, sign * (Crossroads.REACH - 4 + chance.between(-2, 2)));
        }
    }

    /// What closes the street far away.
    private void end() {
        for (double off = 0; off < 40; off += chance.between(5, 9)) {
            plant(chance.between(168, 180), sign * off);
        }
    }

    /// Trees in a row along the kerb.
    void avenue(double across, double distance, double first) {
        int species = chance.index(orchard.species());
        boolean mixed = chance.happens(0.35);
        for (double along = first; along < 120; along += distance * chance.between(0.9, 1.1)) {
            Plot plot = Plot.around(along, across, 1.2, 1);
            boolean free = crossing.map(other -> along(other, plot)).orElse(true);
            if (free && world.take(plot)) {
                int tree = mixed ? chance.index(orchard.species()) : species;
                world.add(orchard.tree(tree, along), along, across, Roadway.KERB - 0.03, chance.between(0, 6));
            }
        }
    }

    private static boolean along(Crossroads other, Plot plot) {
        return plot.far() < other.from() - other.walk() || plot.near() > other.to() + other.walk();
    }
}
