package dev.maskforge.scenes;

import java.util.List;

/// The faces of traffic signs, 0.5 to 0.8 m across, around the origin; boards up to 2.4 m wide. They look along +z and are grey from behind.
final class Signs {
    private static final Material RED = Material.of(Surface.PLAIN, 0xc4161c);
    private static final Material WHITE = Material.of(Surface.PLAIN, 0xf0f0ec);
    private static final Material BLUE = Material.of(Surface.PLAIN, 0x12479c);
    private static final Material YELLOW = Material.of(Surface.PLAIN, 0xf2c21a);
    private static final Material BLACK = Material.of(Surface.PLAIN, 0x151515);
    private static final Material GREEN = Material.of(Surface.PLAIN, 0x14703c);
    private static final Material BACK = Material.of(Surface.METAL, 0x8b8f91);
    private static final double STEP = 0.004;

    private Signs() {
    }

    static Mesh any(Chance chance) {
        double size = chance.between(0.3, 0.38);
        return switch (chance.index(9)) {
            case 0, 1 -> speedLimit(chance, size);
            case 2 -> warning(size * 1.15);
            case 3 -> giveWay(size * 1.15);
            case 4 -> stop(size);
            case 5 -> parking(size * 0.9);
            case 6 -> noEntry(size);
            case 7 -> priority(size);
            default -> obligation(chance, size);
        };
    }

    private static Assembly shape(List<Vector> outline, Material face) {
        Vector deep = new Vector(0, 0, 0.02);
        return new Assembly().add(Shapes.prism(outline.stream().map(p -> p.minus(deep)).toList(), deep, BACK)).add(layer(outline, 1, face));
    }

    /// The outline drawn in to a share of its size and set before what was there.
    private static Mesh layer(List<Vector> outline, double share, Material material) {
        double z = STEP * (1 + 12 * (1 - share));
        return Shapes.polygon(outline.stream().map(p -> new Vector(p.x() * share, p.y() * share, z)).toList(), material);
    }

    private static Mesh bar(double x0, double y0, double x1, double y1, Material material) {
        return Shapes.panel(x0, y0, x1, y1, 0.05, material);
    }

    private static List<Vector> round(double radius) {
        return Shapes.circle(0, 0, 0, radius, 18, 0);
    }

    private static List<Vector> square(double half) {
        return List.of(new Vector(-half, -half, 0), new Vector(half, -half, 0), new Vector(half, half, 0), new Vector(-half, half, 0));
    }

    private static Mesh speedLimit(Chance chance, double size) {
        Assembly sign = shape(round(size), RED).add(layer(round(size), 0.78, WHITE));
        List<Integer> limit = List.of(Lettering.DIGITS.get(chance.oneOf(List.of(3, 5, 7, 8))), Lettering.DIGITS.getFirst());
        sign.add(Lettering.line(limit, -size * 0.5, -size * 0.36, size * 0.5, size * 0.36, 0.05, BLACK));
        return sign.mesh();
    }

    private static Mesh warning(double size) {
        List<Vector> triangle = Shapes.circle(0, -size * 0.2, 0, size, 3, Math.PI / 2);
        Assembly sign = shape(triangle, RED);
        sign.add(Placement.at(0, -size * 0.2, 0), layer(Shapes.circle(0, 0, 0, size, 3, Math.PI / 2), 0.7, WHITE));
        return sign.add(bar(-size * 0.06, -size * 0.3, size * 0.06, size * 0.18, BLACK))
                .add(bar(-size * 0.06, -size * 0.46, size * 0.06, -size * 0.36, BLACK)).mesh();
    }

    private static Mesh giveWay(double size) {
        List<Vector> triangle = Shapes.circle(0, size * 0.2, 0, size, 3, -Math.PI / 2);
        return shape(triangle, RED).add(Placement.at(0, size * 0.2, 0), layer(Shapes.circle(0, 0, 0, size, 3, -Math.PI / 2), 0.68, WHITE))
                .mesh();
    }

    private static Mesh stop(double size) {
        List<Vector> octagon = Shapes.circle(0, 0, 0, size, 8, Math.PI / 8);
        Assembly sign = shape(octagon, WHITE).add(layer(octagon, 0.93, RED));
        sign.add(Lettering.line(Lettering.STOP, -size * 0.66, -size * 0.24, size * 0.66, size * 0.24, 0.05, WHITE));
        return sign.mesh();
    }

    private static Mesh parking(double size) {
        Assembly sign = shape(square(size), WHITE).add(layer(square(size), 0.93, BLUE));
        return sign.add(Lettering.line(List.of(Lettering.P), -size * 0.4, -size * 0.6, size * 0.4, size * 0.6, 0.05, WHITE)).mesh();
    }

    private static Mesh noEntry(double size) {
        return shape(round(size), RED).add(bar(-size * 0.7, -size * 0.16, size * 0.7, size * 0.16, WHITE)).mesh();
    }

    private static Mesh priority(double size) {
        List<Vector> diamond = Shapes.circle(0, 0, 0, size, 4, 0);
        return shape(diamond, WHITE).add(layer(diamond, 0.74, YELLOW)).mesh();
    }

    private static Mesh obligation(Chance chance, double size) {
        Assembly sign = shape(round(size), WHITE).add(layer(round(size), 0.94, BLUE))
                .add(bar(-size * 0.09, -size * 0.55, size * 0.09, size * 0.25, WHITE));
        double side = chance.happens(0.5) ? 1 : -1;
        List<Vector> head = List.of(new Vector(-size * 0.32, size * 0.15, 0.05), new Vector(size * 0.32, size * 0.15, 0.05),
                new Vector(0, size * 0.62, 0.05));
        return Placement.tilted(side * 0.7).of(sign.add(Shapes.polygon(head, WHITE)).mesh());
    }

    /// A small plate that goes below a sign.
    static Mesh plate() {
        List<Vector> outline = List.of(new Vector(-0.28, -0.14, 0), new Vector(0.28, -0.14, 0), new Vector(0.28, 0.14, 0),
                new Vector(-0.28, 0.14, 0));
        return shape(outline, BLACK).add(layer(outline, 0.92, WHITE)).add(bar(-0.2, 0.02, 0.2, 0.07, BLACK))
                .add(bar(-0.2, -0.07, 0.12, -0.02, BLACK)).mesh();
    }

    /// A board with places and arrows, 1.5 to 2.4 m wide.
    static Mesh directions(Chance chance) {
        double half = chance.between(0.75, 1.15);
        double tall = chance.between(0.35, 0.6);
        List<Vector> outline = List.of(new Vector(-half, -tall, 0), new Vector(half, -tall, 0), new Vector(half, tall, 0),
                new Vector(-half, tall, 0));
        Material ground = chance.oneOf(List.of(BLUE, YELLOW, GREEN, WHITE));
        Material text = ground.equals(BLUE) || ground.equals(GREEN) ? WHITE : BLACK;
        Assembly board = shape(outline, text).add(layer(outline, 0.95, ground));
        int lines = tall > 0.45 ? 3 : 2;
        for (int line = 0; line < lines; line++) {
            double y = tall * 0.8 - (line + 0.5) * tall * 1.6 / lines;
            double x = -half * 0.55;
            double end = half * chance.between(0.4, 0.85);
            board.add(Shapes.polygon(List.of(new Vector(-half * 0.85, y, 0.05), new Vector(-half * 0.68, y - 0.09, 0.05),
                    new Vector(-half * 0.68, y + 0.09, 0.05)), text));
            while (x < end) {
                double width = chance.between(0.05, 0.1);
                board.add(bar(x, y - 0.06, x + width, y + (chance.happens(0.3) ? 0.09 : 0.05), text));
                x += width + 0.035;
            }
        }
        return board.mesh();
    }
}
