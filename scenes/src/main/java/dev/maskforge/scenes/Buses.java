package dev.maskforge.scenes;

import java.util.List;

/// City buses: 9.8 to 12.3 m long, 2.5 to 3.1 m wide with mirrors, 2.9 to 3.3 m high; at most 1,500 triangles. Doors are on the side of -x,
/// the right-hand one, as x goes to the right for one who looks at the front.
final class Buses {
    private static final List<Integer> PAINTS = List.of(0xc8201f, 0xd9b31c, 0x1f5aa6, 0x2e8b4f, 0xe9e8e2, 0xe06f1f, 0x6a2d7a, 0x9fb7c4,
            0x0f7f86);
    private static final Material GLASS = Material.of(Surface.GLASS, 0x1d252b);
    private static final Material DARK = Material.of(Surface.PLAIN, 0x141517);
    private static final Material FRAME = Material.of(Surface.PLAIN, 0x2a2c2e);
    private static final Material RIM = Material.of(Surface.METAL, 0xa5a8ab);
    private static final Material HEADLAMP = Material.of(Surface.LAMP, 0xe8e6d8);
    private static final Material TAIL_LAMP = Material.of(Surface.LAMP, 0xc01d18);
    private static final double HALF = 1.26;
    private static final double RADIUS = 0.48;

    private Buses() {
    }

    static Mesh city(Chance chance) {
        double length = chance.between(10, 12.2);
        double top = chance.between(2.9, 3.15);
        double front = length / 2;
        double back = -front;
        double belt = chance.between(1.15, 1.35);
        double head = top - chance.between(0.42, 0.55);
        Material paint = Material.of(Surface.PAINT, chance.oneOf(PAINTS));
        Material second = chance.happens(0.5) ? paint : Material.of(Surface.PAINT, chance.oneOf(PAINTS));
        Assembly bus = new Assembly();
        bus.add(Shapes.bevelledBox(-HALF, 0.3, back, HALF, top, front, 0.12, paint));
        bus.add(Shapes.box(-HALF - 0.006, 0.28, back + 0.1, HALF + 0.006, 0.55, front - 0.1, second));
        if (chance.happens(0.4)) {
            bus.addBothSides(Shapes.sidePanel(back + 0.12, head + 0.03, front - 0.12, top - 0.13, HALF + 0.008, second));
        }
        bus.add(Shapes.box(-HALF * 0.85, 0.14, back + 0.3, HALF * 0.85, 0.32, front - 0.3, DARK));
        double frontAxle = front - 2.6;
        double rearAxle = back + 3.1;
        for (double axle : new double[]{frontAxle, rearAxle}) {
            bus.addBothSides(new Assembly().add(Placement.turned(Math.PI / 2).then(Placement.at(HALF + 0.01, RADIUS, axle)),
                    archOf(RADIUS + 0.09)).mesh());
            bus.addBothSides(Wheels.ofVehicle(HALF + 0.02, axle, RADIUS, 0.3, 6, RIM));
        }
        double[] doors = {front - 1.25, (frontAxle + rearAxle) / 2 + 0.6, back + 1.2};
        addWindows(bus, back, front, belt, head);
        for (double door : doors) {
            addDoor(bus, door, head);
        }
        addFront(bus, chance, front, top, head);
        addRear(bus, -back, top, head, belt);
        if (chance.happens(0.6)) {
            bus.add(Shapes.bevelledBox(-0.85, top - 0.05, back + 1.5, 0.85, top + 0.17, back + 3.6, 0.08,
                    Material.of(Surface.PAINT, 0xd9d9d5)));
        }
        if (chance.happens(0.45)) {
            Material poster = Material.of(Surface.PLAIN, chance.oneOf(PAINTS));
            bus.addBothSides(Shapes.sidePanel(rearAxle + 0.7, 0.62, rearAxle + 2.6, belt - 0.06, HALF + 0.009, poster));
        }
        return bus.mesh();
    }

    private static Mesh archOf(double radius) {
        return Shapes.polygon(Shapes.circle(0, 0, 0, radius, 14, 0).stream().map(p -> new Vector(p.x(), Math.max(p.y(), -0.2), 0)).toList(),
                DARK);
    }

    private static void addWindows(Assembly bus, double back, double front, double belt, double head) {
        Assembly side = new Assembly();
        side.add(Shapes.sidePanel(back + 0.35, belt - 0.05, front - 0.12, head + 0.03, HALF + 0.01, FRAME));
        int panes = (int) Math.round((front - back) / 1.5);
        double width = (front - back - 0.6) / panes;
        for (int i = 0; i < panes; i++) {
            double z = back + 0.4 + i * width;
            side.add(Shapes.sidePanel(z + 0.04, belt, z + width - 0.04, head - 0.28, HALF + 0.014, GLASS));
            side.add(Shapes.sidePanel(z + 0.04, head - 0.25, z + width - 0.04, head, HALF + 0.014, GLASS));
        }
        bus.addBothSides(side.mesh());
    }

    private static void addDoor(Assembly bus, double z, double head) {
        double x = HALF + 0.018;
        Assembly door = new Assembly().add(Shapes.sidePanel(z - 0.66, 0.34, z + 0.66, head + 0.04, x, DARK));
        door.add(Shapes.sidePanel(z - 0.6, 0.45, z - 0.03, head - 0.03, x + 0.004, GLASS));
        door.add(Shapes.sidePanel(z + 0.03, 0.45, z + 0.6, head - 0.03, x + 0.004, GLASS));
        bus.add(Placement.scaled(-1, 1, 1), door.mesh());
    }

    private static void addFront(Assembly bus, Chance chance, double front, double top, double head) {
        bus.add(Shapes.panel(-1.12, 1.0, 1.12, head + 0.05, front + 0.01, DARK));
        bus.add(Shapes.panel(-1.08, 1.05, 1.08, head, front + 0.014, GLASS));
        bus.add(Shapes.panel(-0.95, head + 0.03, 0.95, top - 0.1, front + 0.012, DARK));
        Material letters = Material.of(Surface.LAMP, chance.happens(0.7) ? 0xf0a020 : 0xe8f0f0);
        List<Integer> line = List.of(Lettering.DIGITS.get(chance.index(10)), Lettering.DIGITS.get(chance.index(10)));
        bus.add(Lettering.line(line, -0.85, head + 0.09, -0.5, top - 0.16, front + 0.016, letters));
        bus.add(Lettering.line(Lettering.word(chance, 7), -0.35, head + 0.09, 0.85, top - 0.16, front + 0.016, letters));
        bus.addBothSides(Shapes.panel(0.7, 0.62, 1.08, 0.8, front + 0.014, HEADLAMP));
        bus.add(Shapes.panel(-0.5, 0.62, 0.5, 0.74, front + 0.012, DARK));
        bus.add(Shapes.bevelledBox(-1.2, 0.3, front - 0.1, 1.2, 0.55, front + 0.05, 0.04, FRAME));
        bus.add(Shapes.panel(-0.26, 0.36, 0.26, 0.48, front + 0.056, Material.of(Surface.PLAIN, 0xe6e6e0)));
        bus.addBothSides(Shapes.box(HALF + 0.02, head - 0.55, front + 0.02, HALF + 0.24, head - 0.1, front + 0.14, DARK));
        bus.addBothSides(Shapes.box(HALF - 0.15, head - 0.1, front - 0.05, HALF + 0.2, head - 0.04, front + 0.1, DARK));
    }

    private static void addRear(Assembly bus, double out, double top, double head, double belt) {
        Assembly rear = new Assembly();
        rear.add(Shapes.panel(-0.95, belt + 0.35, 0.95, head, out + 0.01, GLASS));
        rear.add(Shapes.panel(-0.4, head + 0.08, 0.4, top - 0.12, out + 0.01, DARK));
        rear.add(Shapes.panel(-0.8, 0.65, 0.8, belt + 0.1, out + 0.01, FRAME));
        for (double y = 0.75; y < belt; y += 0.12) {
            rear.add(Shapes.panel(-0.7, y, 0.7, y + 0.04, out + 0.014, DARK));
        }
        rear.addBothSides(Shapes.panel(0.95, 0.7, 1.15, 1.35, out + 0.012, TAIL_LAMP));
        rear.add(Shapes.bevelledBox(-1.2, 0.3, out - 0.1, 1.2, 0.55, out + 0.04, 0.04, FRAME));
        bus.add(Placement.scaled(1, 1, -1), rear.mesh());
    }
}
