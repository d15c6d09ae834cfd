package dev.maskforge.scenes;

import java.util.List;

/// A bicycle, 1.6 to 1.85 m long, 0.45 to 0.66 m wide, 0.9 to 1.15 m high; at most 900 triangles.
///
/// @param wheel    the wheels' radius in metres
/// @param base     from axle to axle in metres
/// @param saddle   the saddle's height in metres
/// @param bars     the handlebar's height in metres
/// @param turn     how far the pedals are turned, in radians
/// @param extras   0 none, 1 a basket in front, 2 a carrier with a bag
record Bicycle(double wheel, double base, double saddle, double bars, double turn, int extras, Material frame) {
    private static final List<Integer> PAINTS = List.of(0x17181a, 0xb3262b, 0x1f4f96, 0xe2e0da, 0x3f7a4d, 0xd9a21b, 0x8fb7c2, 0x6b2f56,
            0xd2602a);
    private static final Material RUBBER = Material.of(Surface.RUBBER, 0x161617);
    private static final Material METAL = Material.of(Surface.METAL, 0xa3a6a8);
    private static final Material SADDLE = Material.of(Surface.PLAIN, 0x221a16);
    private static final double TUBE = 0.022;
    private static final double CRANK = 0.17;

    static Bicycle any(Chance chance) {
        double wheel = chance.between(0.32, 0.35);
        return new Bicycle(wheel, chance.between(1.0, 1.1), chance.between(0.9, 1.0), chance.between(0.98, 1.1),
                chance.between(0, 2 * Math.PI), chance.index(3),
                Material.of(Surface.PAINT, chance.oneOf(PAINTS)));
    }

    Vector saddleTop() {
        return new Vector(0, saddle, -base * 0.22);
    }

    /// Where a hand holds the bar on the side of +x.
    Vector grip() {
        return new Vector(0.25, bars, base * 0.27);
    }

    Vector pedal(int side) {
        return new Vector(0.13 * side, wheel * 0.82 + side * CRANK * StrictMath.cos(turn), 0.02 + side * CRANK * StrictMath.sin(turn));
    }

    Mesh mesh() {
        Vector rear = new Vector(0, wheel, -base / 2);
        Vector front = new Vector(0, wheel, base / 2);
        Vector crank = new Vector(0, wheel * 0.82, 0.02);
        Vector seat = new Vector(0, saddle - 0.2, -base * 0.17);
        Vector head = new Vector(0, wheel + 0.42, base * 0.3);
        Vector stem = new Vector(0, bars - 0.02, base * 0.25);
        Assembly bicycle = new Assembly();
        for (Vector axle : List.of(rear, front)) {
            bicycle.add(Shapes.torus(axle, wheel - 0.022, 0.022, 0.022, 16, 5, RUBBER));
            for (int i = 0; i < 6; i++) {
                double angle = Math.PI * i / 6 + turn;
                Vector out = new Vector(0, StrictMath.cos(angle), StrictMath.sin(angle)).times(wheel - 0.03);
                Vector side = new Vector(0, out.z(), -out.y()).unit().times(0.008);
                bicycle.add(Shapes.quad(axle.minus(out).minus(side), axle.minus(out).plus(side), axle.plus(out).plus(side),
                        axle.plus(out).minus(side), METAL));
            }
        }
        addTubes(bicycle, frame,
                List.of(List.of(crank, seat), List.of(seat, head), List.of(crank, head.minus(new Vector(0, 0.08, 0))), List.of(crank, rear),
                        List.of(seat, rear),
                        List.of(head, front), List.of(head, stem)));
        bicycle.add(Shapes.cylinder(seat, saddleTop(), TUBE * 0.8, TUBE * 0.8, 5, METAL));
        bicycle.add(Shapes.ellipsoid(saddleTop().plus(new Vector(0, -0.02, 0)), 0.075, 0.035, 0.14, 7, 4, SADDLE));
        Vector grip = grip();
        Vector bend = new Vector(0.18, bars, base * 0.33);
        bicycle.addBothSides(Shapes.tube(List.of(stem, bend, grip), List.of(0.018, 0.018, 0.02), 5, RUBBER));
        for (int side : new int[]{-1, 1}) {
            Vector pedal = pedal(side);
            bicycle.add(Shapes.cylinder(crank.plus(new Vector(0.06 * side, 0, 0)), new Vector(0.06 * side, pedal.y(), pedal.z()), 0.016,
                    0.016, 4, METAL));
            bicycle.add(Shapes.block(pedal.x(), pedal.y() - 0.015, pedal.z(), 0.1, 0.03, 0.09, RUBBER));
        }
        bicycle.add(Placement.turned(Math.PI / 2).then(Placement.at(0.05, crank.y(), crank.z())), Shapes.disc(0, 0, 0, 0.09, 9, METAL));
        switch (extras) {
            case 1 -> bicycle.add(Shapes.bevelledBox(-0.17, bars - 0.27, base * 0.32, 0.17, bars - 0.03, base * 0.32 + 0.26, 0.02,
                    Material.of(Surface.WOOD, 0x6a4c30)));
            case 2 -> {
                bicycle.add(Shapes.box(-0.07, wheel * 2 + 0.06, -base / 2 - 0.2, 0.07, wheel * 2 + 0.09, -base * 0.2, METAL));
                bicycle.add(Shapes.bevelledBox(0.07, wheel + 0.06, -base / 2 - 0.17, 0.19, wheel * 2 + 0.07, -base / 2 + 0.15, 0.03,
                        Material.of(Surface.CLOTH, 0x2a2c30)));
            }
            default -> bicycle.add(Shapes.block(0, wheel * 2 + 0.05, base * 0.42, 0.08, 0.08, 0.06, METAL));
        }
        return bicycle.mesh();
    }

    private static void addTubes(Assembly to, Material material, List<List<Vector>> tubes) {
        tubes.forEach(ends -> to.add(Shapes.cylinder(ends.getFirst(), ends.getLast(), TUBE, TUBE, 5, material)));
    }
}
