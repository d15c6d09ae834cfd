package dev.maskforge.scenes;

import java.util.List;

/// Roofs over a rectangle of a width along x and a depth along z, around the origin, from the height of the eaves up.
final class Roofs {
    private static final List<Integer> TILES = List.of(0x8a4a34, 0x9a5538, 0x7a4030, 0x5a4a44, 0x4a4c50, 0x6b5a4c, 0x54403a);
    private static final Material ZINC = Material.of(Surface.METAL, 0x7f8588);
    private static final Material DARK = Material.of(Surface.PLAIN, 0x202224);

    private Roofs() {
    }

    static Material tiles(Chance chance) {
        return Material.of(Surface.ROOF_TILES, chance.oneOf(TILES));
    }

    /// Eaves to the street, the ridge along x, gable walls at both sides, with gutter, chimneys and dormers.
    static Mesh saddle(Chance chance, double width, double depth, double eaves, Material wall, Windows windows) {
        double rise = depth / 2 * chance.between(0.6, 0.95);
        double over = 0.35;
        double drop = over * rise / (depth / 2);
        double half = width / 2;
        double front = depth / 2;
        double ridge = eaves + rise;
        Material tiles = tiles(chance);
        Assembly roof = new Assembly();
        Mesh slope = Shapes.quad(new Vector(-half, eaves - drop, front + over), new Vector(half, eaves - drop, front + over),
                new Vector(half, ridge, 0), new Vector(-half, ridge, 0), tiles);
        roof.add(slope).add(Placement.scaled(1, 1, -1), slope);
        roof.addBothSides(Shapes.polygon(
                List.of(new Vector(half, eaves, -front), new Vector(half, ridge - 0.05, 0), new Vector(half, eaves, front)), wall));
        roof.add(Shapes.box(-half, ridge - 0.04, -0.12, half, ridge + 0.08, 0.12, tiles));
        roof.add(Shapes.box(-half, eaves - drop - 0.08, front + over - 0.04, half, eaves - drop + 0.06, front + over + 0.1, ZINC));
        int dormers = chance.happens(0.6) ? (int) Math.max(1, Math.round(width / chance.between(3, 4.5))) : 0;
        for (int i = 0; i < dormers; i++) {
            double x = (i + 0.5) * width / dormers - half;
            addDormer(roof, chance, x, eaves + rise * 0.12, front * 0.88, Math.min(1.7, rise * 0.6), front, wall, tiles, windows);
        }
        addChimneys(roof, chance, width, ridge);
        return roof.mesh();
    }

    /// Steep tiles with dormers below a flat top.
    static Mesh mansard(Chance chance, double width, double depth, double eaves, Windows windows) {
        double rise = chance.between(2.5, 3.1);
        double in = rise * 0.36;
        double half = width / 2;
        double front = depth / 2;
        double top = eaves + rise;
        Material tiles = chance.happens(0.6) ? Material.of(Surface.ROOF_TILES, 0x4c5057) : tiles(chance);
        Assembly roof = new Assembly();
        Mesh steep = Shapes.quad(new Vector(-half, eaves, front), new Vector(half, eaves, front), new Vector(half, top, front - in),
                new Vector(-half, top, front - in), tiles);
        Mesh flat = Shapes.quad(new Vector(-half, top, front - in), new Vector(half, top, front - in), new Vector(half, top + 0.5, 0),
                new Vector(-half, top + 0.5, 0), ZINC);
        roof.add(steep).add(Placement.scaled(1, 1, -1), steep).add(flat).add(Placement.scaled(1, 1, -1), flat);
        roof.addBothSides(Shapes.polygon(List.of(new Vector(half, eaves, -front), new Vector(half, top, -front + in),
                new Vector(half, top + 0.5, 0), new Vector(half, top, front - in),
                new Vector(half, eaves, front)), tiles));
        roof.add(Windows.ledge(-half, top - 0.08, half, top + 0.1, front - in, 0.12, ZINC));
        int dormers = (int) Math.max(1, Math.round(width / chance.between(2.4, 3.2)));
        for (int i = 0; i < dormers; i++) {
            addDormer(roof, chance, (i + 0.5) * width / dormers - half, eaves + 0.35, front - 0.1, 1.75, in + 0.4, windows.trim(), ZINC,
                    windows);
        }
        addChimneys(roof, chance, width, top + 0.5);
        return roof.mesh();
    }

    /// A gable to the street, stepped or plain, the ridge along z.
    static Mesh gable(Chance chance, double width, double depth, double eaves, Material wall, Windows windows) {
        double rise = width / 2 * chance.between(0.95, 1.35);
        double half = width / 2;
        double front = depth / 2;
        double ridge = eaves + rise;
        Material tiles = tiles(chance);
        Assembly roof = new Assembly();
        roof.addBothSides(Shapes.quad(new Vector(half + 0.2, eaves - 0.2, front - 0.1), new Vector(half + 0.2, eaves - 0.2, -front),
                new Vector(0, ridge, -front), new Vector(0, ridge, front - 0.1), tiles));
        if (chance.happens(0.45)) {
            int steps = 5;
            for (int i = 0; i < steps; i++) {
                double wide = half * (1 - (double) i / steps);
                double low = eaves + rise * i / steps;
                roof.add(Shapes.box(-wide, low, front - 0.35, wide, low + rise / steps + 0.35, front, wall));
                roof.add(Shapes.box(-wide - 0.05, low + rise / steps + 0.3, front - 0.4, wide + 0.05, low + rise / steps + 0.4,
                        front + 0.06, windows.trim()));
            }
        } else {
            roof.add(Shapes.polygon(List.of(new Vector(-half, eaves, front), new Vector(half, eaves, front), new Vector(0, ridge, front)),
                    wall));
            roof.addBothSides(Shapes.quad(new Vector(half + 0.2, eaves - 0.25, front + 0.06),
                    new Vector(half + 0.2, eaves + 0.05, front + 0.06), new Vector(0, ridge + 0.15, front + 0.06),
                    new Vector(0, ridge - 0.2, front + 0.06), windows.trim()));
        }
        Windows flush = new Windows(windows.frame(), windows.trim(), List.of(), windows.bars(), windows.surround(), 0);
        double wide = Math.min(1.1, width * 0.13);
        roof.add(flush.in(chance, -wide / 2, eaves + rise * 0.42, wide / 2, eaves + rise * 0.42 + 1.25, front + 0.02));
        if (width > 6) {
            for (int side : new int[]{-1, 1}) {
                double x = side * width * 0.17;
                roof.add(flush.in(chance, x - wide / 2, eaves + 0.35, x + wide / 2, eaves + 1.55, front + 0.02));
            }
        }
        roof.addBothSides(Shapes.quad(new Vector(half, eaves, -front), new Vector(half, eaves, front), new Vector(0, ridge - 0.1, front),
                new Vector(0, ridge - 0.1, -front), tiles));
        return roof
                .add(Placement.scaled(1, 1, -1), Shapes.polygon(
                        List.of(new Vector(-half, eaves, front), new Vector(half, eaves, front), new Vector(0, ridge, front)), wall))
                .mesh();
    }

    /// A flat roof behind a parapet, with the machinery that stands on such roofs.
    static Mesh flat(Chance chance, double width, double depth, double eaves, Material wall, Material cap) {
        double half = width / 2;
        double front = depth / 2;
        double parapet = chance.between(0.4, 0.9);
        Assembly roof = new Assembly();
        roof.add(Shapes.box(-half, eaves, -front, half, eaves + parapet, front, wall));
        roof.add(Shapes.box(-half - 0.06, eaves + parapet, -front - 0.06, half + 0.06, eaves + parapet + 0.1, front + 0.06, cap));
        int units = chance.index(4);
        for (int i = 0; i < units; i++) {
            roof.add(Shapes.block(chance.between(-half * 0.7, half * 0.7), eaves + parapet, chance.between(-front * 0.6, front * 0.3),
                    chance.between(1.2, 3), chance.between(0.8, 2.2), chance.between(1.2, 3),
                    Material.of(Surface.METAL, 0x9a9d9f)));
        }
        if (chance.happens(0.35)) {
            double x = chance.between(-half * 0.6, half * 0.6);
            roof.add(Shapes.cylinder(new Vector(x, eaves + parapet, 0), new Vector(x, eaves + parapet + chance.between(2, 4), 0), 0.05,
                    0.03, 5, DARK));
        }
        return roof.mesh();
    }

    private static void addDormer(Assembly roof, Chance chance, double x, double y, double z, double height, double reach, Material wall,
            Material tiles, Windows windows) {
        double half = Math.min(0.62, height * 0.42);
        roof.add(Shapes.box(x - half - 0.14, y, z - reach, x + half + 0.14, y + height, z, wall));
        Windows flush = new Windows(windows.frame(), windows.trim(), List.of(), windows.bars(), Windows.Surround.NONE, 0);
        roof.add(flush.in(chance, x - half, y + 0.15, x + half, y + height - 0.12, z + 0.015));
        double peak = y + height + half * 0.75;
        List<Vector> front = List.of(new Vector(x - half - 0.26, y + height - 0.02, z + 0.12),
                new Vector(x + half + 0.26, y + height - 0.02, z + 0.12), new Vector(x, peak, z + 0.12));
        roof.add(Shapes.prism(front.stream().map(p -> p.minus(new Vector(0, 0, reach + 0.12))).toList(), new Vector(0, 0, reach + 0.12),
                tiles));
    }

    private static void addChimneys(Assembly roof, Chance chance, double width, double ridge) {
        int count = chance.index(3);
        Material brick = Material.of(Surface.BRICK, 0x8a4f3c);
        for (int i = 0; i < count; i++) {
            double x = chance.between(-width * 0.42, width * 0.42);
            roof.add(Shapes.block(x, ridge - 0.9, -0.6, 0.9, 1.9, 0.55, brick));
            roof.add(Shapes.block(x, ridge + 1, -0.6, 1.0, 0.12, 0.65, Material.of(Surface.CONCRETE, 0x8d8a84)));
            roof.add(Shapes.cylinder(new Vector(x - 0.2, ridge + 1.1, -0.6), new Vector(x - 0.2, ridge + 1.45, -0.6), 0.12, 0.1, 6,
                    Material.of(Surface.PLAIN, 0x9a5a40)));
        }
    }
}
