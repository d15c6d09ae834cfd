package dev.maskforge.scenes;

import java.util.List;

/// Trams of two or three jointed cars: 17 to 34 m long, 2.4 to 2.6 m wide, 3.3 to 3.6 m high to the roof and 4.3 to 5.3 m to the current collector;
/// at most 2,200 triangles.
final class Trains {
    private static final List<Integer> PAINTS = List.of(0xe8e6df, 0xc8201f, 0xd9b31c, 0x1f5aa6, 0x2e8b4f, 0xe6dcc0, 0x7a1f2a, 0x4b4f55);
    private static final Material GLASS = Material.of(Surface.GLASS, 0x1b2228);
    private static final Material DARK = Material.of(Surface.PLAIN, 0x161719);
    private static final Material ROOF = Material.of(Surface.METAL, 0x8a8d90);
    private static final Material BELLOWS = Material.of(Surface.RUBBER, 0x2c2d2f);
    private static final Material LAMP = Material.of(Surface.LAMP, 0xf2efdc);
    private static final Material TAIL_LAMP = Material.of(Surface.LAMP, 0xc01d18);
    private static final double JOINT = 0.7;

    private Trains() {
    }

    /// How a tram is painted and how large its cars are.
    private record Livery(Material body, Material stripe, Material skirt, double half, double top, double belt, double head,
            double stripeLow, double stripeHigh) {}

    static Mesh tram(Chance chance) {
        int cars = chance.happens(0.5) ? 2 : 3;
        double carLength = chance.between(8.6, 10.6);
        double length = cars * carLength + (cars - 1) * JOINT;
        Material body = Material.of(Surface.PAINT, chance.oneOf(PAINTS));
        Material stripe = Material.of(Surface.PAINT, chance.oneOf(PAINTS));
        double belt = chance.between(1.45, 1.65);
        double low = chance.happens(0.5) ? 0.55 : belt - 0.35;
        Livery livery = new Livery(body, stripe, chance.happens(0.5) ? DARK : stripe, chance.between(1.2, 1.3), chance.between(3.3, 3.55),
                belt,
                belt + chance.between(1.05, 1.2), low, low + chance.between(0.2, 0.4));
        double nose = chance.between(0.9, 1.6);
        Assembly tram = new Assembly();
        for (int car = 0; car < cars; car++) {
            double back = -length / 2 + car * (carLength + JOINT);
            double front = back + carLength;
            boolean first = car == 0;
            boolean last = car == cars - 1;
            addCar(tram, livery, first ? back + nose : back, last ? front - nose : front);
            if (last) {
                tram.add(Placement.at(0, 0, front - nose), end(livery, nose, LAMP, chance));
            } else {
                tram.add(Shapes.box(-livery.half * 0.9, 0.4, front, livery.half * 0.9, livery.top - 0.12, front + JOINT, BELLOWS));
                for (double z = front + 0.08; z < front + JOINT; z += 0.18) {
                    tram.add(Shapes.box(-livery.half * 0.95, 0.36, z, livery.half * 0.95, livery.top - 0.06, z + 0.07, BELLOWS));
                }
            }
            if (first) {
                tram.add(Placement.turned(Math.PI).then(Placement.at(0, 0, back + nose)), end(livery, nose, TAIL_LAMP, chance));
            }
        }
        addCollector(tram, livery.top, chance.between(4.4, 5.2), length / 2 - carLength * 0.55);
        return tram.mesh();
    }

    private static void addCar(Assembly tram, Livery livery, double back, double front) {
        double half = livery.half;
        tram.add(Shapes.box(-half, 0.45, back, half, livery.top - 0.25, front, livery.body));
        tram.add(Shapes.prism(List.of(new Vector(half, livery.top - 0.25, back), new Vector(half * 0.8, livery.top, back),
                new Vector(-half * 0.8, livery.top, back), new Vector(-half, livery.top - 0.25, back)), new Vector(0, 0, front - back),
                ROOF));
        tram.add(Shapes.box(-half * 0.97, 0.12, back + 0.05, half * 0.97, 0.45, front - 0.05, livery.skirt));
        tram.add(Shapes.box(-half * 0.8, 0.0, back + 0.6, half * 0.8, 0.15, front - 0.6, DARK));
        tram.add(Shapes.bevelledBox(-half * 0.6, livery.top - 0.05, back + 0.8, half * 0.6, livery.top + 0.25, front - 1.2, 0.08, ROOF));
        Assembly side = new Assembly();
        side.add(Shapes.sidePanel(back, livery.stripeLow, front, livery.stripeHigh, half + 0.006, livery.stripe));
        side.add(Shapes.sidePanel(back + 0.1, livery.belt - 0.05, front - 0.1, livery.head + 0.05, half + 0.008, DARK));
        int panes = (int) Math.round((front - back) / 1.35);
        double width = (front - back - 0.3) / panes;
        for (int i = 0; i < panes; i++) {
            double z = back + 0.15 + i * width;
            boolean door = panes > 4 ? i == 1 || i == panes - 2 : i == panes / 2;
            if (door) {
                side.add(Shapes.sidePanel(z + 0.01, 0.3, z + width - 0.01, livery.head + 0.12, half + 0.012, livery.stripe));
                side.add(Shapes.sidePanel(z + 0.1, 0.6, z + width / 2 - 0.04, livery.head, half + 0.016, GLASS));
                side.add(Shapes.sidePanel(z + width / 2 + 0.04, 0.6, z + width - 0.1, livery.head, half + 0.016, GLASS));
            } else {
                side.add(Shapes.sidePanel(z + 0.05, livery.belt, z + width - 0.05, livery.head, half + 0.014, GLASS));
            }
        }
        tram.addBothSides(side.mesh());
    }

    /// A rounded end from z = 0 to its tip at `nose`.
    private static Mesh end(Livery livery, double nose, Material lamp, Chance chance) {
        double[] heights = {0.12, 0.45, livery.stripeLow + 0.001, livery.stripeHigh, livery.belt - 0.05, livery.head + 0.1,
                livery.top - 0.25, livery.top};
        double[] reach = {0.86, 0.95, 1, 1, 0.97, 0.62, 0.42, 0.15};
        double[] narrow = {0.97, 1, 1, 1, 1, 1, 1, 0.8};
        double[] ahead = {0, 0.45, 0.8, 0.96, 1};
        double[] across = {1, 0.98, 0.84, 0.55, 0};
        Vector[][] points = new Vector[heights.length][2 * ahead.length - 1];
        for (int row = 0; row < heights.length; row++) {
            for (int k = 0; k < ahead.length; k++) {
                double x = livery.half * narrow[row] * across[k];
                double z = nose * reach[row] * ahead[k];
                points[row][2 * ahead.length - 2 - k] = new Vector(-x, heights[row], z);
                points[row][k] = new Vector(x, heights[row], z);
            }
        }
        // Rows go up and columns from +x over the tip to -x, so normals point inward until the columns are turned round.
        for (Vector[] row : points) {
            for (int k = 0; k < row.length / 2; k++) {
                Vector swapped = row[k];
                row[k] = row[row.length - 1 - k];
                row[row.length - 1 - k] = swapped;
            }
        }
        Material[] bands = {livery.skirt, livery.body, livery.stripe, livery.body, GLASS, livery.body, ROOF};
        Assembly end = new Assembly().add(Loft.grid(points, (row, column) -> bands[row]));
        end.add(Shapes.polygon(List.of(points[7][0], points[7][2], points[7][4], points[7][6], points[7][8]), ROOF));
        double y = livery.belt - 0.45;
        end.addBothSides(Shapes.bevelledBox(livery.half * 0.52, y, nose * 0.8, livery.half * 0.82, y + 0.16, nose * 0.98, 0.03, lamp));
        double headZ = nose * 0.58;
        end.add(Shapes.box(-0.6, livery.head + 0.02, headZ - 0.2, 0.6, livery.head + 0.3, headZ + 0.06, DARK));
        end.add(Lettering.line(Lettering.word(chance, 7), -0.5, livery.head + 0.08, 0.5, livery.head + 0.24, headZ + 0.065,
                Material.of(Surface.LAMP, 0xf0a020)));
        return end.mesh();
    }

    private static void addCollector(Assembly tram, double roof, double height, double z) {
        Material rod = Material.of(Surface.METAL, 0x4a2a28);
        tram.add(Shapes.box(-0.5, roof, z - 0.6, 0.5, roof + 0.12, z + 0.6, DARK));
        double knee = roof + (height - roof) * 0.5;
        tram.addBothSides(Shapes.cylinder(new Vector(0.4, roof + 0.1, z - 0.4), new Vector(0.3, knee, z + 0.7), 0.035, 0.035, 5, rod));
        tram.addBothSides(Shapes.cylinder(new Vector(0.3, knee, z + 0.7), new Vector(0.25, height, z - 0.3), 0.03, 0.03, 5, rod));
        tram.add(Shapes.box(-0.8, height - 0.04, z - 0.45, 0.8, height + 0.04, z - 0.15, rod));
    }
}
