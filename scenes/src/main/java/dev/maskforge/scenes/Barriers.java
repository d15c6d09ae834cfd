package dev.maskforge.scenes;

import java.util.List;

/// Walls and fences along x around the origin, seen from +z; lengths are given. Walls are 0.5 to 3.2 m high and up to 0.6 m thick, at most 400 triangles; fences are
/// 0.7 to 2.1 m high, at most 60 triangles a metre.
final class Barriers {
    private static final List<Integer> PAINTS = List.of(0xe4e2da, 0x6a4c32, 0x8a6a48, 0x3f5a46, 0x50565a, 0x9a8a70);
    private static final List<Integer> IRON = List.of(0x1c1e20, 0x24352c, 0x4a4d4f);
    private static final List<Integer> SPRAY = List.of(0xc4287a, 0x2a6fc9, 0x2fa866, 0xe2b81c, 0xd04a1c, 0xe6e6e6, 0x1a1a1a, 0x6a3fa0);
    private static final Material ZINC = Material.of(Surface.METAL, 0x9a9ea0);

    private Barriers() {
    }

    /// A wall of stone, brick, concrete or plaster.
    static Mesh wall(Chance chance, double length) {
        Assembly wall = new Assembly();
        double half = length / 2;
        switch (chance.index(4)) {
            case 0 -> {
                double height = chance.between(0.9, 2.2);
                Material stone = Material.of(Surface.STONE, chance.oneOf(List.of(0x8d8578, 0xa0937e, 0x77736c, 0xb0a68f)));
                wall.add(Shapes.box(-half, 0, -0.2, half, height, 0.2, stone));
                wall.add(Shapes.bevelledBox(-half, height, -0.25, half, height + 0.12, 0.25, 0.03, Material.of(Surface.STONE, 0x9a9488)));
            }
            case 1 -> {
                double height = chance.between(1.4, 2.4);
                Material brick = Material.of(Surface.BRICK, chance.oneOf(List.of(0x8a4a38, 0x9a5a42, 0x7a4438, 0xa8785a)));
                wall.add(Shapes.box(-half, 0, -0.13, half, height, 0.13, brick));
                wall.add(Shapes.box(-half, height, -0.18, half, height + 0.09, 0.18, Material.of(Surface.CONCRETE, 0xb0aca2)));
                for (double x = -half + 0.2; x < half; x += 3) {
                    wall.add(Shapes.block(x, 0, 0, 0.4, height + 0.2, 0.42, brick));
                }
            }
            case 2 -> {
                double height = chance.between(1.6, 3.1);
                Material concrete = Material.of(Surface.CONCRETE, chance.oneOf(List.of(0x9a9892, 0x8a8984, 0xaaa69c)));
                wall.add(Shapes.prism(
                        List.of(new Vector(-half, 0, -0.2), new Vector(-half, 0, 0.3), new Vector(-half, height, 0.12),
                                new Vector(-half, height, -0.2)).reversed(),
                        new Vector(length, 0, 0), concrete));
                wall.add(Shapes.box(-half, height, -0.24, half, height + 0.1, 0.18, concrete));
                for (double x = -half + 2.5; x < half - 0.5; x += 2.5) {
                    wall.add(Shapes.quad(new Vector(x, 0, 0.302), new Vector(x + 0.03, 0, 0.302), new Vector(x + 0.03, height, 0.122),
                            new Vector(x, height, 0.122),
                            Material.of(Surface.PLAIN, 0x4a4945)));
                }
                if (chance.happens(0.65)) {
                    addGraffiti(wall, chance, half, height);
                }
            }
            default -> {
                double height = chance.between(1.2, 2.1);
                Material plaster = Material.of(Surface.PLASTER, chance.oneOf(List.of(0xd9cdb4, 0xc9b48f, 0xb8b4a8, 0xd8b89a)));
                wall.add(Shapes.box(-half, 0, -0.15, half, height, 0.15, plaster));
                wall.add(Shapes.box(-half, 0, -0.17, half, 0.35, 0.17, Material.of(Surface.CONCRETE, 0x8a877f)));
                wall.add(Shapes.prism(
                        List.of(new Vector(-half, height, -0.24), new Vector(-half, height, 0.24), new Vector(-half, height + 0.2, 0))
                                .reversed(),
                        new Vector(length, 0, 0),
                        Material.of(Surface.ROOF_TILES, 0x8a4a34)));
            }
        }
        return wall.mesh();
    }

    private static void addGraffiti(Assembly wall, Chance chance, double half, double height) {
        double x = -half + 0.5;
        while (x < half - 2.5) {
            double width = chance.between(1.2, 2.4);
            Material fill = Material.of(Surface.PLAIN, chance.oneOf(SPRAY));
            Material line = Material.of(Surface.PLAIN, chance.oneOf(SPRAY));
            for (int letter = 0; letter < 4; letter++) {
                double left = x + width * letter / 4;
                double low = height * chance.between(0.15, 0.25);
                double high = height * chance.between(0.5, 0.7);
                double lean = chance.between(-0.15, 0.15);
                wall.add(onSlope(left - 0.03, low - 0.04, left + width / 4, high + 0.04, lean, height, 0.008, line));
                wall.add(onSlope(left + 0.02, low, left + width / 4 - 0.05, high, lean, height, 0.014, fill));
                wall.add(onSlope(left + width * 0.09, (low + high) / 2, left + width * 0.16, (low + high) / 2 + 0.2, lean, height, 0.02,
                        line));
            }
            x += width + chance.between(0.5, 4);
        }
    }

    private static Mesh onSlope(double x0, double y0, double x1, double y1, double lean, double height, double out, Material material) {
        double z0 = 0.3 - 0.18 * y0 / height + out;
        double z1 = 0.3 - 0.18 * y1 / height + out;
        return Shapes.quad(new Vector(x0, y0, z0), new Vector(x1, y0, z0), new Vector(x1 + lean, y1, z1), new Vector(x0 + lean, y1, z1),
                material);
    }

    /// A fence of pickets, boards, mesh, iron rods, or a guard rail.
    static Mesh fence(Chance chance, double length) {
        return switch (chance.index(5)) {
            case 0 -> pickets(chance, length);
            case 1 -> boards(chance, length);
            case 2 -> mesh(chance, length);
            case 3 -> railings(chance, length);
            default -> guardRail(chance, length);
        };
    }

    private static Mesh pickets(Chance chance, double length) {
        double height = chance.between(0.85, 1.25);
        Material paint = Material.of(Surface.WOOD, chance.oneOf(PAINTS));
        Assembly fence = posts(length, 2.0, height - 0.1, 0.1, paint);
        rails(fence, length, paint, 0.06, height * 0.25, height * 0.75);
        int count = (int) (length / 0.17);
        for (int i = 0; i < count; i++) {
            double x = -length / 2 + (i + 0.5) * length / count;
            fence.add(Shapes.prism(List.of(new Vector(x - 0.05, 0.06, 0.03), new Vector(x + 0.05, 0.06, 0.03),
                    new Vector(x + 0.05, height - 0.07, 0.03), new Vector(x, height, 0.03),
                    new Vector(x - 0.05, height - 0.07, 0.03)), new Vector(0, 0, 0.025), paint));
        }
        return fence.mesh();
    }

    private static Mesh boards(Chance chance, double length) {
        double height = chance.between(1.4, 2.0);
        int colour = chance.oneOf(PAINTS);
        Assembly fence = posts(length, 2.4, height + 0.05, 0.12, Material.of(Surface.WOOD, 0x5a4632));
        int count = (int) (height / 0.2);
        for (int i = 0; i < count; i++) {
            double y = 0.06 + i * (height - 0.06) / count;
            fence.add(Shapes.box(-length / 2, y, 0.03, length / 2, y + (height - 0.06) / count - 0.025, 0.055,
                    Material.of(Surface.WOOD, colour)));
        }
        return fence.mesh();
    }

    private static Mesh mesh(Chance chance, double length) {
        double height = chance.between(1.3, 2.0);
        Material wire = Material.of(Surface.METAL, chance.oneOf(List.of(0x3f5a46, 0x8a8e90, 0x2a2d2e)));
        Assembly fence = posts(length, 2.5, height, 0.07, wire);
        rails(fence, length, wire, 0.03, 0.08, height / 2, height - 0.05);
        int count = (int) (length / 0.16);
        for (int i = 0; i <= count; i++) {
            double x = -length / 2 + i * length / count;
            fence.add(Shapes.panel(x - 0.011, 0.05, x + 0.011, height, 0.02, wire));
        }
        for (double y = 0.25; y < height; y += 0.2) {
            fence.add(Shapes.panel(-length / 2, y - 0.01, length / 2, y + 0.01, 0.022, wire));
        }
        return fence.mesh();
    }

    private static Mesh railings(Chance chance, double length) {
        double height = chance.between(1.0, 1.6);
        Material iron = Material.of(Surface.METAL, chance.oneOf(IRON));
        Assembly fence = posts(length, 2.2, height + 0.08, 0.09, iron);
        rails(fence, length, iron, 0.04, 0.15, height - 0.15);
        int count = (int) (length / 0.15);
        for (int i = 0; i < count; i++) {
            double x = -length / 2 + (i + 0.5) * length / count;
            fence.add(Shapes.box(x - 0.014, 0.05, -0.014, x + 0.014, height - 0.02, 0.014, iron));
            fence.add(Shapes.panel(x - 0.028, height - 0.05, x + 0.028, height + 0.03, 0.0, iron));
        }
        return fence.mesh();
    }

    private static Mesh guardRail(Chance chance, double length) {
        double top = chance.between(0.72, 0.82);
        Assembly fence = new Assembly();
        for (double x = -length / 2 + 0.4; x < length / 2; x += 2) {
            fence.add(Shapes.block(x, 0, -0.08, 0.1, top - 0.03, 0.08, ZINC));
        }
        double[] ys = {top, top - 0.05, top - 0.1, top - 0.155, top - 0.21, top - 0.26, top - 0.31};
        double[] zs = {0, 0.07, 0.07, 0, 0.07, 0.07, 0};
        for (int i = 1; i < ys.length; i++) {
            fence.add(Shapes.quad(new Vector(-length / 2, ys[i], zs[i]), new Vector(length / 2, ys[i], zs[i]),
                    new Vector(length / 2, ys[i - 1], zs[i - 1]),
                    new Vector(-length / 2, ys[i - 1], zs[i - 1]), ZINC));
        }
        return fence.mesh();
    }

    private static Assembly posts(double length, double spacing, double height, double thick, Material material) {
        Assembly fence = new Assembly();
        int gaps = (int) Math.max(1, Math.round(length / spacing));
        for (int i = 0; i <= gaps; i++) {
            fence.add(Shapes.block((i - gaps / 2.0) * (length - thick) / gaps, 0, 0, thick, height, thick, material));
        }
        return fence;
    }

    private static void rails(Assembly fence, double length, Material material, double thick, double... heights) {
        for (double y : heights) {
            fence.add(Shapes.box(-length / 2, y - thick / 2, -thick / 2, length / 2, y + thick / 2, thick / 2, material));
        }
    }
}
