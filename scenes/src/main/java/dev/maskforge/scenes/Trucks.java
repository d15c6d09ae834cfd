package dev.maskforge.scenes;

import java.util.List;

/// Lorries with the cab over the engine: 6.5 to 9.6 m long, 2.4 to 2.75 m wide with mirrors, 2.7 to 3.95 m high; at most 2,000 triangles.
final class Trucks {
    private static final List<Integer> CABS = List.of(0xe8e8e4, 0xe8e8e4, 0xb01f24, 0x1f4a8a, 0x2d5c3e, 0xd9a21b, 0xc8551f, 0x2b2d31,
            0x7d8790);
    private static final List<Integer> BOXES = List.of(0xe6e6e2, 0xd8d9d6, 0xf0efe9, 0xc9392d, 0x2a5fa0, 0x2f7a4d, 0xd9b22a, 0x6b3f86,
            0xe07b28, 0x8fa3ad);
    private static final Material DARK = Material.of(Surface.PLAIN, 0x17181a);
    private static final Material FRAME = Material.of(Surface.METAL, 0x2a2c2f);
    private static final Material GLASS = Material.of(Surface.GLASS, 0x20282e);
    private static final Material RIM = Material.of(Surface.METAL, 0x9a9da1);
    private static final Material TAIL_LAMP = Material.of(Surface.LAMP, 0xb81c18);
    private static final Material HEADLAMP = Material.of(Surface.PAINT, 0xe8edf0);
    private static final double FLOOR = 1.05;
    private static final double HALF = 1.2;

    private Trucks() {
    }

    /// Any of the kinds below.
    static Mesh any(Chance chance) {
        double share = chance.unit();
        if (share < 0.55) {
            return box(chance);
        }
        if (share < 0.7) {
            return flatbed(chance);
        }
        return share < 0.85 ? tanker(chance) : tipper(chance);
    }

    /// With a closed body for goods.
    static Mesh box(Chance chance) {
        double length = chance.between(6.8, 9.4);
        double back = -length / 2;
        double front = length / 2 - chance.between(1.85, 2.05);
        double top = chance.between(3.2, 3.85);
        Material sides = Material.of(Surface.PAINT, chance.oneOf(BOXES));
        Material mark = Material.of(Surface.PAINT, chance.oneOf(BOXES));
        Assembly truck = chassis(chance, length);
        truck.add(Shapes.bevelledBox(-HALF - 0.05, FLOOR, back, HALF + 0.05, top, front, 0.05, sides));
        double x = HALF + 0.06;
        double middle = (FLOOR + top) / 2;
        double half = (front - back) / 2;
        double at = (front + back) / 2;
        switch (chance.index(4)) {
            case 0 ->
                truck.addBothSides(Shapes.sidePanel(back + 0.05, FLOOR + 0.25, front - 0.05, FLOOR + chance.between(0.5, 0.9), x, mark));
            case 1 -> {
                truck.addBothSides(Shapes.sidePanel(at - half * 0.7, middle - 0.15, at + half * 0.7, middle + 0.45, x, mark));
                truck.addBothSides(Shapes.sidePanel(at - half * 0.7, middle - 0.5, at + half * 0.2, middle - 0.3, x, mark));
            }
            case 2 -> truck.addBothSides(Shapes.quad(new Vector(x, FLOOR + 0.1, at - half * 0.3), new Vector(x, top - 0.1, at + half * 0.2),
                    new Vector(x, top - 0.1, at + half * 0.7), new Vector(x, FLOOR + 0.1, at + half * 0.4), mark));
            default -> {
                for (double z = back + 0.6; z < front - 0.3; z += 0.6) {
                    truck.addBothSides(Shapes.sidePanel(z, FLOOR + 0.1, z + 0.05, top - 0.1, x, Material.of(Surface.METAL, 0x9fa3a6)));
                }
            }
        }
        truck.addBothSides(Shapes.box(x - 0.02, FLOOR - 0.02, back, x + 0.02, FLOOR + 0.1, front, FRAME));
        Assembly rear = new Assembly();
        rear.addBothSides(Shapes.panel(0.02, FLOOR + 0.12, HALF - 0.06, top - 0.12, -back + 0.012, sides.equals(mark) ? RIM : sides));
        rear.add(Shapes.panel(-0.02, FLOOR + 0.1, 0.02, top - 0.1, -back + 0.015, DARK));
        for (double bar : new double[]{0.25, 0.8}) {
            rear.addBothSides(Shapes.box(bar, FLOOR + 0.15, -back + 0.01, bar + 0.05, top - 0.15, -back + 0.05, RIM));
        }
        rear.add(Shapes.box(-HALF, FLOOR, -back, HALF, FLOOR + 0.1, -back + 0.03, FRAME));
        rear.addBothSides(Shapes.panel(HALF - 0.3, FLOOR + 0.02, HALF, FLOOR + 0.08, -back + 0.035, Material.of(Surface.PLAIN, 0xd1261c)));
        return truck.add(Placement.scaled(1, 1, -1), rear.mesh()).mesh();
    }

    /// With an open platform and a load on it.
    static Mesh flatbed(Chance chance) {
        double length = chance.between(6.8, 9.2);
        double back = -length / 2;
        double front = length / 2 - 2.05;
        Assembly truck = chassis(chance, length);
        Material boards = Material.of(Surface.WOOD, 0x7c6a52);
        Material rail = Material.of(Surface.PAINT, chance.oneOf(CABS));
        truck.add(Shapes.box(-HALF - 0.05, FLOOR, back, HALF + 0.05, FLOOR + 0.12, front, boards));
        truck.addBothSides(Shapes.box(HALF, FLOOR, back, HALF + 0.06, FLOOR + chance.between(0.3, 0.55), front, rail));
        truck.add(Shapes.box(-HALF, FLOOR, back, HALF, FLOOR + 0.4, back + 0.06, rail));
        truck.add(Shapes.box(-HALF, FLOOR, front - 0.08, HALF, FLOOR + 1.3, front, rail));
        double floor = FLOOR + 0.12;
        if (chance.happens(0.5)) {
            double z = back + 0.2;
            while (z < front - 1.4) {
                double deep = chance.between(0.9, 1.4);
                double tall = chance.between(0.6, 1.6);
                Material crate = Material.of(chance.happens(0.6) ? Surface.WOOD : Surface.CLOTH,
                        chance.oneOf(List.of(0x9c7a4c, 0x8a6a42, 0x4c6b4a, 0x3d5a80, 0xb4a58a)));
                truck.add(Shapes.bevelledBox(-1.05, floor, z, 1.05, floor + tall, z + deep, 0.05, crate));
                z += deep + chance.between(0.05, 0.4);
            }
        } else {
            Material logs = chance.happens(0.5) ? Material.of(Surface.BARK, 0x8b6b4c) : Material.of(Surface.CONCRETE, 0xa5a29b);
            double radius = chance.between(0.2, 0.28);
            for (int row = 0; row < 3; row++) {
                for (int i = row; i < 4; i++) {
                    double x = (i - 1.5 - row * 0.5) * 2 * radius;
                    double y = floor + radius + row * radius * 1.74;
                    double start = back + 0.2 + chance.between(0, 0.2);
                    truck.add(Shapes.cylinder(new Vector(x, y, start), new Vector(x, y, front - 0.25), radius, radius, 9, logs));
                }
            }
        }
        return truck.mesh();
    }

    /// With a drum for liquids.
    static Mesh tanker(Chance chance) {
        double length = chance.between(7.2, 9.4);
        double back = -length / 2;
        double front = length / 2 - 2.1;
        Assembly truck = chassis(chance, length);
        Material drum = Material.of(chance.happens(0.6) ? Surface.METAL : Surface.PAINT,
                chance.oneOf(List.of(0xc9cccf, 0xb6babd, 0xe6e6e0, 0xd8b02a, 0x2f7a4d)));
        double height = chance.between(0.75, 0.95);
        double y = FLOOR + 0.1 + height;
        truck.add(Loft.of(List.of(Ring.along(0, y, back, 0.5, height * 0.45), Ring.along(0, y, back + 0.06, HALF * 0.85, height * 0.85),
                Ring.along(0, y, back + 0.22, HALF, height), Ring.along(0, y, front - 0.22, HALF, height),
                Ring.along(0, y, front - 0.06, HALF * 0.85, height * 0.85), Ring.along(0, y, front, 0.5, height * 0.45)), 16, drum));
        Material band = Material.of(Surface.PAINT, chance.oneOf(CABS));
        for (double z = back + 0.6; z < front - 0.4; z += 1.3) {
            truck.add(Loft.of(
                    List.of(Ring.along(0, y, z, HALF + 0.015, height + 0.015), Ring.along(0, y, z + 0.12, HALF + 0.015, height + 0.015)),
                    16, band));
        }
        truck.add(Shapes.box(-0.25, y + height, back + 0.8, 0.25, y + height + 0.08, front - 0.8, FRAME));
        truck.addBothSides(Shapes.box(HALF - 0.35, 0.55, back + 2.2, HALF, FLOOR + 0.2, front - 0.6, Material.of(Surface.METAL, 0x8d9195)));
        return truck.mesh();
    }

    /// With a skip for sand or rubble.
    static Mesh tipper(Chance chance) {
        double length = chance.between(6.5, 8.2);
        double back = -length / 2;
        double front = length / 2 - 2.05;
        double top = FLOOR + chance.between(1.0, 1.4);
        Assembly truck = chassis(chance, length);
        Material skip = Material.of(Surface.PAINT, chance.oneOf(List.of(0xd99a1c, 0xc8551f, 0x7d8790, 0x2d5c3e, 0xb01f24, 0x2a4f8f)));
        truck.add(Shapes
                .prism(List.of(new Vector(-HALF, FLOOR + 0.1, back + 0.3), new Vector(-HALF, top, back), new Vector(-HALF, top, front),
                        new Vector(-HALF, FLOOR + 0.1, front)).reversed(), new Vector(2 * HALF, 0, 0), skip));
        for (double z = back + 0.4; z < front; z += 0.75) {
            truck.addBothSides(Shapes.box(HALF, FLOOR + 0.1, z, HALF + 0.06, top, z + 0.1, skip));
        }
        truck.addBothSides(Shapes.box(HALF - 0.02, top - 0.1, back, HALF + 0.08, top + 0.04, front, skip));
        truck.add(Shapes.box(-HALF, top - 0.05, front, HALF, top + 0.1, front + 0.5, skip));
        Material load = Material.of(Surface.SOIL, chance.oneOf(List.of(0xb79b6b, 0x8d8378, 0x6a5340)));
        truck.add(Shapes.ellipsoid(new Vector(0, top - 0.05, (back + front) / 2), HALF * 0.95, 0.5, (front - back) * 0.47, 12, 6, load));
        return truck.mesh();
    }

    private static Assembly chassis(Chance chance, double length) {
        double back = -length / 2;
        double nose = length / 2;
        Material cabPaint = Material.of(Surface.PAINT, chance.oneOf(CABS));
        Assembly truck = new Assembly();
        double cabLength = 1.8;
        double height = chance.between(2.65, 3.05);
        double belt = chance.between(1.7, 1.85);
        double axle = nose - 1.15;
        double radius = 0.48;
        Curve shoulder = Curve.through(0, belt, 0.9, belt, 0.97, belt - 0.12, 1, belt - 0.3);
        Curve roof = Curve.through(-0.02, height, 0.0, height, 0.5, height + 0.03, 0.86, height - 0.04, 0.985, belt - 0.05);
        CarBody cab = new CarBody(cabLength, 2.4, 0.42, shoulder, roof, 0.86, -0.01, 0.86, List.of(0.08, 0.2, 0.32, 0.8),
                List.of(0.5 + (axle - (nose - cabLength / 2)) / cabLength), radius);
        truck.add(Placement.at(0, 0, nose - cabLength / 2), cab.shell(cabPaint, DARK, GLASS, GLASS));
        truck.add(Shapes.box(-HALF * 0.85, 0.5, nose - cabLength + 0.02, HALF * 0.85, height - 0.3, nose - 0.4, DARK));
        truck.add(Shapes.panel(-0.75, 0.95, 0.75, belt - 0.35, nose + 0.033, DARK));
        truck.add(Shapes.panel(-0.7, 1.1, 0.7, 1.15, nose + 0.037, RIM));
        truck.add(Shapes.bevelledBox(-1.1, 0.4, nose - 0.3, 1.1, 0.85, nose + 0.05, 0.06, chance.happens(0.5) ? DARK : cabPaint));
        truck.addBothSides(Shapes.panel(0.65, 0.58, 1.0, 0.76, nose + 0.056, HEADLAMP));
        truck.add(Shapes.panel(-0.26, 0.45, 0.26, 0.57, nose + 0.056, Material.of(Surface.PLAIN, 0xe6e6e0)));
        truck.addBothSides(Shapes.box(1.22, belt + 0.1, nose - 0.28, 1.36, belt + 0.75, nose - 0.2, DARK));
        truck.add(Shapes.box(-0.45, 0.62, back, 0.45, FLOOR, nose - 0.5, FRAME));
        truck.add(Shapes.box(-1.0, 0.5, back, 1.0, 0.62, back + 0.12, FRAME));
        truck.add(Shapes.box(-1.1, 0.72, back, 1.1, FLOOR - 0.02, back + 0.08, DARK));
        truck.add(Placement.scaled(1, 1, -1), Shapes.panel(-0.26, 0.76, 0.26, 0.88, -back + 0.01, Material.of(Surface.PLAIN, 0xe6c832)));
        truck.add(Placement.scaled(-1, 1, -1),
                new Assembly().addBothSides(Shapes.panel(0.7, 0.78, 1.05, 0.94, -back + 0.01, TAIL_LAMP)).mesh());
        truck.addBothSides(Wheels.ofVehicle(1.17, axle, radius, 0.3, 6, RIM));
        double rear = back + length * 0.2;
        truck.addBothSides(Wheels.ofVehicle(1.17, rear, radius, 0.55, 6, RIM));
        if (length > 8.3) {
            truck.addBothSides(Wheels.ofVehicle(1.17, rear + 1.1, radius, 0.55, 6, RIM));
        }
        truck.addBothSides(Shapes.box(0.75, 0.5, rear + 1.75, 1.15, 0.95, axle - 0.85, FRAME));
        return truck;
    }
}
