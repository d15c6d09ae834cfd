package dev.maskforge.scenes;

import java.util.List;

/// Lamp posts, signals, signs and bollards, as parts: what stands is `pole`, what is to be heeded is `traffic light` or `traffic sign`. They face +z; at most 500 triangles.
final class Poles {
    private static final List<Integer> POSTS = List.of(0x8a8e90, 0x6c7072, 0x3a3e40, 0x2e3a34, 0xa3a6a6);
    private static final Material ZINC = Material.of(Surface.METAL, 0x8f9496);
    private static final Material BLACK = Material.of(Surface.PLAIN, 0x121314);
    private static final Material LENS = Material.of(Surface.PLAIN, 0xe8e4d0);

    private Poles() {
    }

    /// A street lamp, 4 to 9.5 m high; an arm, if there is one, reaches out to +x by up to 2.6 m.
    static List<Part> streetLamp(Chance chance) {
        Material post = Material.of(Surface.METAL, chance.oneOf(POSTS));
        Assembly lamp = new Assembly();
        switch (chance.index(3)) {
            case 0 -> {
                double height = chance.between(7, 9.4);
                double reach = chance.between(1.4, 2.4);
                lamp.add(Shapes.tube(
                        List.of(Vector.ZERO, new Vector(0, 1.2, 0), new Vector(0, 1.25, 0), new Vector(0, height - 1, 0),
                                new Vector(reach * 0.12, height - 0.35, 0),
                                new Vector(reach * 0.45, height - 0.08, 0), new Vector(reach, height, 0)),
                        List.of(0.12, 0.12, 0.085, 0.065, 0.055, 0.05, 0.045), 8, post));
                lamp.add(Shapes.bevelledBox(reach - 0.1, height - 0.08, -0.14, reach + 0.6, height + 0.07, 0.14, 0.05, post));
                lamp.add(Shapes.box(reach, height - 0.1, -0.1, reach + 0.5, height - 0.075, 0.1, LENS));
            }
            case 1 -> {
                double height = chance.between(5.5, 8.5);
                double reach = chance.between(0.8, 1.6);
                lamp.add(Shapes.tube(List.of(Vector.ZERO, new Vector(0, height, 0)), List.of(0.1, 0.06), 8, post));
                lamp.add(Shapes.cylinder(new Vector(0, height - 0.1, 0), new Vector(reach, height + 0.12, 0), 0.04, 0.035, 6, post));
                lamp.add(Shapes.bevelledBox(reach - 0.05, height + 0.04, -0.16, reach + 0.65, height + 0.14, 0.16, 0.03, post));
                lamp.add(Shapes.box(reach, height + 0.02, -0.12, reach + 0.55, height + 0.045, 0.12, LENS));
            }
            default -> {
                double height = chance.between(3.9, 5);
                lamp.add(Shapes.tube(List.of(Vector.ZERO, new Vector(0, 0.5, 0), new Vector(0, 0.65, 0), new Vector(0, height - 0.5, 0)),
                        List.of(0.14, 0.12, 0.07, 0.05), 8, post));
                lamp.add(Loft.of(List.of(Ring.level(0, height - 0.5, 0, 0.08, 0.08), Ring.level(0, height - 0.1, 0, 0.19, 0.19)), 8, LENS));
                lamp.add(Loft.of(List.of(Ring.level(0, height - 0.1, 0, 0.26, 0.26), Ring.level(0, height + 0.08, 0, 0.12, 0.12),
                        Ring.level(0, height + 0.2, 0, 0.0, 0.0)), 8, post));
            }
        }
        return List.of(new Part("pole", lamp.mesh()));
    }

    /// A plain mast, 5 to 9 m high, as for wires.
    static List<Part> mast(Chance chance) {
        double height = chance.between(5, 8.8);
        Material post = chance.happens(0.5) ? Material.of(Surface.WOOD, 0x6a5644) : Material.of(Surface.METAL, chance.oneOf(POSTS));
        Assembly mast = new Assembly().add(Shapes.cylinder(Vector.ZERO, new Vector(0, height, 0), 0.14, 0.09, 8, post));
        if (chance.happens(0.6)) {
            mast.add(Shapes.block(0, height - 0.5, 0, 1.6, 0.1, 0.1, post));
        }
        return List.of(new Part("pole", mast.mesh()));
    }

    /// A bollard, 0.75 to 1.1 m high.
    static List<Part> bollard(Chance chance) {
        double height = chance.between(0.78, 1.05);
        Material post = Material.of(Surface.METAL, chance.oneOf(POSTS));
        Assembly bollard = new Assembly().add(Shapes.tube(List.of(Vector.ZERO, new Vector(0, height * 0.93, 0), new Vector(0, height, 0)),
                List.of(0.08, 0.07, 0.03), 8, post));
        bollard.add(Loft.of(List.of(Ring.level(0, height * 0.72, 0, 0.078, 0.078), Ring.level(0, height * 0.84, 0, 0.078, 0.078)), 8,
                Material.of(Surface.PLAIN, chance.happens(0.5) ? 0xe8e6e0 : 0xb8201c)));
        return List.of(new Part("pole", bollard.mesh()));
    }

    /// Traffic lights on a mast, 2.9 to 6.4 m high; with an arm of up to 4.5 m over the road, towards +x, now and then.
    static List<Part> signal(Chance chance) {
        Material post = Material.of(Surface.METAL, chance.happens(0.6) ? 0x8a8e90 : 0x3a3e40);
        Assembly pole = new Assembly();
        Assembly lights = new Assembly();
        int lit = chance.oneOf(List.of(0, 0, 1, 2, 2));
        double low = chance.between(2.2, 2.5);
        boolean arm = chance.happens(0.4);
        double height = arm ? chance.between(5.6, 6.1) : low + 1.05;
        pole.add(Shapes.cylinder(Vector.ZERO, new Vector(0, height, 0), arm ? 0.11 : 0.07, arm ? 0.08 : 0.06, 8, post));
        lights.add(Placement.at(arm ? 0.25 : 0, low, 0.18), head(lit, 1));
        if (arm) {
            double reach = chance.between(3, 4.4);
            pole.add(Shapes.cylinder(new Vector(0, height - 0.15, 0), new Vector(reach, height + 0.15, 0), 0.06, 0.045, 6, post));
            lights.add(Placement.at(reach - 0.2, height - 0.6, 0.18), head(lit, 1.15));
        }
        if (chance.happens(0.5)) {
            lights.add(Placement.turned(Math.PI / 2).then(Placement.at(0.17, low - 0.05, -0.02)), pedestrianHead(lit == 0 ? 1 : 0));
        }
        return List.of(new Part("pole", pole.mesh()), new Part("traffic light", lights.mesh()));
    }

    /// @param lit 0 red, 1 amber, 2 green
    private static Mesh head(int lit, double scale) {
        Assembly head = new Assembly();
        head.add(Shapes.bevelledBox(-0.16, 0, -0.12, 0.16, 0.96, 0.1, 0.04, BLACK));
        int[] bright = {0xff3020, 0xffb020, 0x30f090};
        int[] dim = {0x4a1512, 0x4a3812, 0x123e2a};
        for (int i = 0; i < 3; i++) {
            double y = 0.8 - 0.31 * i;
            head.add(Shapes.disc(0, y, 0.112, 0.115, 10,
                    i == lit ? Material.of(Surface.LAMP, bright[i]) : Material.of(Surface.GLASS, dim[i])));
            for (int k = 0; k < 5; k++) {
                double from = Math.PI * k / 5;
                double to = Math.PI * (k + 1) / 5;
                head.add(Shapes.quad(hood(y, from, 0.1), hood(y, from, 0.28), hood(y, to, 0.28), hood(y, to, 0.1), BLACK));
            }
        }
        return Placement.scaled(scale, scale, scale).of(head.mesh());
    }

    private static Vector hood(double y, double angle, double z) {
        return new Vector(0.135 * StrictMath.cos(angle), y + 0.135 * StrictMath.sin(angle), z);
    }

    private static Mesh pedestrianHead(int lit) {
        Assembly head = new Assembly().add(Shapes.bevelledBox(-0.14, 0, -0.09, 0.14, 0.6, 0.08, 0.03, BLACK));
        head.add(Shapes.disc(0, 0.44, 0.09, 0.1, 9, lit == 0 ? Material.of(Surface.LAMP, 0xff3020) : Material.of(Surface.GLASS, 0x4a1512)));
        head.add(Shapes.disc(0, 0.16, 0.09, 0.1, 9, lit == 1 ? Material.of(Surface.LAMP, 0x30f090) : Material.of(Surface.GLASS, 0x123e2a)));
        return head.mesh();
    }

    /// A traffic sign, or two, on a post, 2.3 to 3.6 m high; a board with directions is up to 2.4 m wide.
    static List<Part> sign(Chance chance) {
        double height = chance.between(2.5, 3.4);
        Assembly signs = new Assembly();
        boolean board = chance.happens(0.2);
        Assembly pole = new Assembly();
        if (board) {
            pole.addBothSides(Shapes.cylinder(new Vector(0.6, 0, 0), new Vector(0.6, height, 0), 0.05, 0.05, 7, ZINC));
            signs.add(Placement.at(0, height - 0.6, 0.06), Signs.directions(chance));
        } else {
            pole.add(Shapes.cylinder(Vector.ZERO, new Vector(0, height, 0), 0.04, 0.04, 7, ZINC));
            signs.add(Placement.at(0, height - 0.4, 0.06), Signs.any(chance));
            if (chance.happens(0.35)) {
                signs.add(Placement.at(0, height - 0.98, 0.06), chance.happens(0.5) ? Signs.plate() : Signs.any(chance.split()));
            }
        }
        return List.of(new Part("pole", pole.mesh()), new Part("traffic sign", signs.mesh()));
    }
}
