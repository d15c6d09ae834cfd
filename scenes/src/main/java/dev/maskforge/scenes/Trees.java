package dev.maskforge.scenes;

import java.util.ArrayList;
import java.util.List;

/// Trees, 3.5 to 13 m high and up to 9 m across, bushes, 0.7 to 2 m high, and hedges. Trunk, branches and leaves are all `vegetation` in Cityscapes. At most 4,000
/// triangles a tree, 1,300 a bush or hedge.
final class Trees {
    private static final List<Integer> GREENS = List.of(0x3f5f2a, 0x4a6b2c, 0x35532a, 0x5a7a34, 0x2f4d28, 0x66803a, 0x486038);
    private static final List<Integer> AUTUMN = List.of(0xb5792a, 0xa8552a, 0xc49a34, 0x8a6a34, 0x9a3f26);
    private static final List<Integer> CONIFERS = List.of(0x23402a, 0x2c4a30, 0x1f3a2c, 0x36543a);
    private static final int CLUMPS = 13;
    private static final Material DARK_BARK = Material.of(Surface.BARK, 0x4d4034);
    private static final Material GREY_BARK = Material.of(Surface.BARK, 0x6f675c);
    private static final Material BIRCH_BARK = Material.of(Surface.BARK, 0xc9c6bd);

    private Trees() {
    }

    /// Any of the kinds below.
    static Mesh any(Chance chance) {
        double share = chance.unit();
        if (share < 0.5) {
            return round(chance);
        }
        if (share < 0.62) {
            return poplar(chance);
        }
        if (share < 0.76) {
            return conifer(chance);
        }
        return share < 0.9 ? birch(chance) : autumn(chance);
    }

    /// A broad-leaved street tree with a round crown.
    static Mesh round(Chance chance) {
        double height = chance.between(5, 11);
        double trunk = chance.between(1.9, 2.8);
        double spread = (height - trunk) * chance.between(0.36, 0.48);
        Foliage foliage = new Foliage(chance, chance.oneOf(GREENS), 0.12 + 0.034 * spread);
        Assembly tree = trunk(chance, trunk, height, spread * 0.75, 0.13 + height * 0.014, DARK_BARK);
        double middle = (trunk + height) / 2 + 0.15;
        double tall = (height - trunk) / 2;
        for (int i = 0; i < CLUMPS; i++) {
            Vector at = Foliage.spread(chance, i, CLUMPS);
            double size = chance.between(0.36, 0.5);
            double reach = 1 - size * 0.8;
            foliage.addClump(new Vector(at.x() * spread * reach, middle + at.y() * tall * reach, at.z() * spread * reach), spread * size,
                    tall * size, 210);
        }
        foliage.addClump(new Vector(0, middle, 0), spread * 0.6, tall * 0.6, 20);
        return tree.add(foliage.mesh()).mesh();
    }

    /// A poplar: slim and high.
    static Mesh poplar(Chance chance) {
        double height = chance.between(8, 13);
        double trunk = chance.between(1.0, 1.8);
        double spread = chance.between(0.9, 1.4);
        Foliage foliage = new Foliage(chance, chance.oneOf(GREENS), 0.24);
        Assembly tree = trunk(chance, trunk, height * 0.8, 0.3, 0.2, GREY_BARK);
        int clumps = 13;
        for (int i = 0; i < clumps; i++) {
            double along = (i + 0.5) / clumps;
            double wide = spread * Math.sqrt(StrictMath.sin(Math.PI * Math.min(1, 0.12 + 0.88 * along))) * 0.95 + 0.1;
            double angle = chance.between(0, 2 * Math.PI);
            foliage.addClump(
                    new Vector(StrictMath.sin(angle) * wide * 0.35, trunk + (height - trunk) * along * 0.95,
                            StrictMath.cos(angle) * wide * 0.35),
                    wide * 0.7,
                    (height - trunk) / clumps * 1.3, 110);
        }
        return tree.add(foliage.mesh()).mesh();
    }

    /// A fir or spruce: tiers of hanging boughs.
    static Mesh conifer(Chance chance) {
        double height = chance.between(5, 12);
        double spread = height * chance.between(0.19, 0.27);
        double start = chance.between(0.3, 1.0);
        int colour = chance.oneOf(CONIFERS);
        Assembly tree = new Assembly()
                .add(Shapes.cylinder(Vector.ZERO, new Vector(0, height, 0), 0.1 + height * 0.014, 0.02, 6, DARK_BARK));
        int tiers = 13;
        for (int tier = 0; tier < tiers; tier++) {
            double along = (double) tier / tiers;
            double y = start + (height - start) * along;
            double reach = spread * (1 - along) * chance.between(0.88, 1.1) + 0.12;
            double rise = (height - start) / tiers * 2.1;
            int boughs = 9 + (int) (7 * (1 - along));
            for (int i = 0; i < boughs; i++) {
                double angle = 2 * Math.PI * (i + chance.between(-0.3, 0.3)) / boughs;
                double out = reach * chance.between(0.72, 1.08);
                Vector way = new Vector(StrictMath.sin(angle), 0, StrictMath.cos(angle));
                Vector side = new Vector(way.z(), 0, -way.x()).times(out * chance.between(0.25, 0.36));
                Vector top = way.times(out * 0.1).plus(new Vector(0, y + rise * 0.75, 0));
                Vector tip = way.times(out).plus(new Vector(0, y - chance.between(0, 0.15) * rise, 0));
                Vector middle = way.times(out * 0.6).plus(new Vector(0, y + rise * 0.34, 0));
                Material needles = Foliage.shade(colour, chance.between(0.75, 1.2));
                Vector droop = new Vector(0, -rise * 0.28, 0);
                tree.add(new Mesh(List.of(Foliage.leaf(top, middle.plus(side).plus(droop), tip, way, needles),
                        Foliage.leaf(top, tip, middle.minus(side).plus(droop), way, needles))));
                tree.add(new Mesh(
                        List.of(Foliage.leaf(middle.plus(new Vector(0, 0.1, 0)), middle.plus(side.times(1.3)).plus(droop.times(1.6)),
                                middle.minus(side.times(1.3)).plus(droop.times(1.6)), way, needles))));
            }
        }
        return tree.mesh();
    }

    /// A birch: pale trunk, loose hanging leaves.
    static Mesh birch(Chance chance) {
        double height = chance.between(6, 10.5);
        double trunk = chance.between(1.6, 2.4);
        double spread = (height - trunk) * chance.between(0.24, 0.32);
        Foliage foliage = new Foliage(chance, chance.happens(0.7) ? 0x728a40 : 0xb59a3a, 0.2);
        Assembly tree = trunk(chance, trunk, height * 0.97, spread * 0.8, 0.16, BIRCH_BARK);
        for (int i = 0; i < CLUMPS; i++) {
            double along = (i + chance.unit()) / CLUMPS;
            double angle = 2.4 * i + chance.between(-0.5, 0.5);
            double wide = spread * StrictMath.sin(Math.PI * (0.12 + 0.8 * along));
            foliage.addCards(new Vector(StrictMath.sin(angle) * wide * 0.65, trunk + (height - trunk) * along * 0.92,
                    StrictMath.cos(angle) * wide * 0.65), 0.3 + wide * 0.42, 0.7, 190);
        }
        return tree.add(foliage.mesh()).mesh();
    }

    /// A tree that has lost most of its leaves.
    static Mesh autumn(Chance chance) {
        double height = chance.between(5, 9);
        double trunk = chance.between(1.8, 2.5);
        double spread = (height - trunk) * chance.between(0.4, 0.5);
        Foliage foliage = new Foliage(chance, chance.oneOf(AUTUMN), 0.19);
        Assembly tree = trunk(chance, trunk, height, spread, 0.15 + height * 0.012, DARK_BARK);
        for (int i = 0; i < CLUMPS; i++) {
            Vector at = Foliage.spread(chance, i, CLUMPS);
            foliage.addCards(
                    new Vector(at.x() * spread * 0.75, (trunk + height) / 2 + at.y() * (height - trunk) * 0.36, at.z() * spread * 0.75),
                    spread * 0.38, 0.9, 120);
        }
        return tree.add(foliage.mesh()).mesh();
    }

    /// A bush, 0.7 to 2 m high and 1 to 3 m across.
    static Mesh bush(Chance chance) {
        double height = chance.between(0.75, 1.8);
        double spread = chance.between(0.5, 1.3);
        Foliage foliage = new Foliage(chance, chance.happens(0.85) ? chance.oneOf(GREENS) : chance.oneOf(AUTUMN), 0.12 + 0.04 * spread);
        for (int i = 0; i < 7; i++) {
            double angle = chance.between(0, 2 * Math.PI);
            double out = spread * chance.between(0.2, 0.6);
            foliage.addClump(new Vector(StrictMath.sin(angle) * out, height * chance.between(0.3, 0.62), StrictMath.cos(angle) * out),
                    spread * 0.48, height * 0.36, 90);
        }
        foliage.addClump(new Vector(0, height * 0.4, 0), spread * 0.7, height * 0.42, 40);
        return new Assembly().add(Shapes.cylinder(Vector.ZERO, new Vector(0, height * 0.5, 0), 0.08, 0.05, 5, DARK_BARK))
                .add(foliage.mesh()).mesh();
    }

    /// A trimmed hedge along x.
    ///
    /// @param length in metres; the hedge is 0.9 to 1.7 m high and 0.6 to 0.9 m deep
    static Mesh hedge(Chance chance, double length) {
        double height = chance.between(0.9, 1.6);
        double half = chance.between(0.3, 0.42);
        int colour = chance.oneOf(GREENS);
        Foliage foliage = new Foliage(chance, colour, 0.16);
        Assembly hedge = new Assembly().add(Shapes.bevelledBox(-length / 2 + 0.1, 0, -half + 0.07, length / 2 - 0.1, height - 0.06,
                half - 0.07, 0.1, Foliage.shade(colour, 0.8)));
        int cards = (int) Math.min(1100, length * 70);
        for (int i = 0; i < cards; i++) {
            double x = chance.between(-length / 2 + 0.1, length / 2 - 0.1);
            double around = chance.between(0, 2 * height + 2 * half);
            if (around < height) {
                foliage.addCard(new Vector(x, around, half), new Vector(0, 0.2, 1));
            } else if (around < 2 * height) {
                foliage.addCard(new Vector(x, around - height, -half), new Vector(0, 0.2, -1));
            } else {
                foliage.addCard(new Vector(x, height, around - 2 * height - half), Vector.UP);
            }
        }
        for (int i = 0; i < 2 * 25 * height; i++) {
            int end = i % 2 == 0 ? 1 : -1;
            foliage.addCard(new Vector(end * (length / 2 - 0.08), chance.between(0.1, height), chance.between(-half, half)),
                    new Vector(end, 0.2, 0));
        }
        return hedge.add(foliage.mesh()).mesh();
    }

    private static Assembly trunk(Chance chance, double fork, double top, double spread, double radius, Material bark) {
        Assembly tree = new Assembly();
        Vector lean = new Vector(chance.between(-0.12, 0.12), 0, chance.between(-0.12, 0.12));
        Vector crotch = lean.plus(new Vector(0, fork, 0));
        tree.add(Shapes.tube(List.of(Vector.ZERO, new Vector(0, 0.25, 0), crotch, lean.times(1.5).plus(new Vector(0, top * 0.9, 0))),
                List.of(radius * 1.5, radius, radius * 0.75, 0.03), 7, bark));
        List<Vector> starts = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            starts.add(Shapes.mix(crotch, lean.times(1.5).plus(new Vector(0, top * 0.9, 0)), i * 0.1));
        }
        for (int i = 0; i < starts.size(); i++) {
            double angle = 2.4 * i + chance.between(-0.4, 0.4);
            double out = spread * chance.between(0.7, 1.0) * (1 - i * 0.07);
            Vector start = starts.get(i);
            double rise = (top - start.y()) * chance.between(0.45, 0.75);
            Vector end = start.plus(new Vector(StrictMath.sin(angle) * out, rise, StrictMath.cos(angle) * out));
            Vector bend = Shapes.mix(start, end, 0.5).plus(new Vector(0, rise * 0.14, 0));
            tree.add(Shapes.tube(List.of(start, bend, end), List.of(radius * 0.42, radius * 0.28, 0.02), 5, bark));
            Vector twig = bend
                    .plus(new Vector(StrictMath.sin(angle + 0.9) * out * 0.5, rise * 0.4, StrictMath.cos(angle + 0.9) * out * 0.5));
            tree.add(Shapes.cylinder(bend, twig, radius * 0.22, 0.015, 4, bark));
        }
        return tree;
    }
}
