package dev.maskforge.scenes;

import java.util.List;

/// A motorcycle or a scooter, 1.65 to 2.25 m long, 0.6 to 0.9 m wide with mirrors, 1.0 to 1.4 m high; at most 1,500 triangles.
///
/// @param kind    what it looks like
/// @param wheel   the wheels' radius in metres
/// @param base    from axle to axle in metres
/// @param seat    the seat's height in metres
/// @param bars    the handlebar's height in metres
record Motorcycle(Kind kind, double wheel, double base, double seat, double bars, Material paint) {
    private static final List<Integer> PAINTS = List.of(0x141416, 0xb01c20, 0x1d4a92, 0xe4e2dc, 0x2f6b45, 0xd88f1a, 0x8f9499, 0xe0c62a);
    private static final Material RUBBER = Material.of(Surface.RUBBER, 0x161617);
    private static final Material METAL = Material.of(Surface.METAL, 0xa9acae);
    private static final Material ENGINE = Material.of(Surface.METAL, 0x55585b);
    private static final Material SEAT = Material.of(Surface.PLAIN, 0x1a1a1b);
    private static final Material LAMP = Material.of(Surface.LAMP, 0xf0eedc);
    private static final Material TAIL_LAMP = Material.of(Surface.LAMP, 0xc01d18);
    private static final Material GLASS = Material.of(Surface.GLASS, 0x2a3238);
    private static final Material PLATE = Material.of(Surface.PLAIN, 0xe6e6e0);

    enum Kind {
        /// Nothing around engine and fork.
        NAKED,
        /// With a fairing and a screen.
        FAIRED,
        /// With a floor between seat and shield, and small wheels.
        SCOOTER
    }

    static Motorcycle any(Chance chance) {
        Material paint = Material.of(Surface.PAINT, chance.oneOf(PAINTS));
        double share = chance.unit();
        if (share < 0.4) {
            return new Motorcycle(Kind.SCOOTER, chance.between(0.22, 0.26), chance.between(1.22, 1.36), chance.between(0.76, 0.82),
                    chance.between(0.98, 1.06), paint);
        }
        return new Motorcycle(share < 0.7 ? Kind.NAKED : Kind.FAIRED, chance.between(0.3, 0.33), chance.between(1.4, 1.5),
                chance.between(0.78, 0.86), chance.between(0.98, 1.1), paint);
    }

    Vector saddle() {
        return new Vector(0, seat, kind == Kind.SCOOTER ? -base * 0.24 : -base * 0.16);
    }

    /// Where a hand holds the bar on the side of +x.
    Vector grip() {
        return new Vector(0.32, bars, base * (kind == Kind.SCOOTER ? 0.28 : 0.22));
    }

    /// Where a foot rests on the side of +x.
    Vector rest() {
        return kind == Kind.SCOOTER ? new Vector(0.12, 0.36, base * 0.12) : new Vector(0.2, 0.36, -base * 0.12);
    }

    Mesh mesh() {
        Assembly motorcycle = new Assembly();
        double tyre = kind == Kind.SCOOTER ? 0.055 : 0.07;
        for (double z : new double[]{-base / 2, base / 2}) {
            motorcycle.add(Shapes.torus(new Vector(0, wheel, z), wheel - tyre, tyre, tyre, 14, 6, RUBBER));
            motorcycle.addBothSides(new Assembly().add(Placement.turned(Math.PI / 2).then(Placement.at(0.03, wheel, z)),
                    Shapes.disc(0, 0, 0, (wheel - tyre) * 0.8, 8, ENGINE)).mesh());
        }
        Vector front = new Vector(0, wheel, base / 2);
        Vector head = new Vector(0, bars - 0.08, base * 0.27);
        motorcycle.addBothSides(
                Shapes.cylinder(new Vector(0.085, front.y(), front.z()), new Vector(0.085, head.y(), head.z()), 0.03, 0.03, 6, METAL));
        motorcycle.addBothSides(
                Shapes.tube(List.of(head, new Vector(0.16, bars, base * 0.27), grip()), List.of(0.022, 0.022, 0.026), 5, SEAT));
        motorcycle.add(Loft.of(List.of(Ring.along(0, wheel * 1.6, base / 2 - wheel * 0.95, 0.07, 0.03),
                Ring.along(0, wheel * 2.02, base / 2 - wheel * 0.3, 0.09, 0.035),
                Ring.along(0, wheel * 1.98, base / 2 + wheel * 0.4, 0.08, 0.03),
                Ring.along(0, wheel * 1.6, base / 2 + wheel * 0.9, 0.05, 0.02)), 7, paint));
        motorcycle.addBothSides(
                Shapes.cylinder(new Vector(0.26, bars, base * 0.25), new Vector(0.3, bars + 0.2, base * 0.22), 0.014, 0.014, 4, SEAT));
        motorcycle.addBothSides(Shapes.ellipsoid(new Vector(0.32, bars + 0.22, base * 0.22), 0.07, 0.045, 0.02, 7, 4, SEAT));
        if (kind == Kind.SCOOTER) {
            addScooter(motorcycle);
        } else {
            addMotor(motorcycle);
        }
        return motorcycle.mesh();
    }

    private void addMotor(Assembly motorcycle) {
        motorcycle.add(Shapes.bevelledBox(-0.19, 0.2, -base * 0.14, 0.19, 0.58, base * 0.2, 0.06, ENGINE));
        motorcycle.add(Shapes.bevelledBox(-0.12, 0.5, -base * 0.12, 0.12, seat - 0.08, base * 0.16, 0.04, SEAT));
        motorcycle.add(Shapes.ellipsoid(new Vector(0, seat + 0.04, base * 0.09), 0.16, 0.14, 0.27, 10, 6, paint));
        motorcycle.add(Loft.of(List.of(Ring.along(0, seat + 0.1, -base * 0.52, 0.05, 0.03),
                Ring.along(0, seat + 0.05, -base * 0.42, 0.11, 0.06), Ring.along(0, seat - 0.02, -base * 0.2, 0.14, 0.06),
                Ring.along(0, seat, -base * 0.02, 0.12, 0.06)), 8, SEAT));
        motorcycle.add(Loft.of(List.of(Ring.along(0, seat + 0.03, -base * 0.56, 0.05, 0.05),
                Ring.along(0, seat - 0.06, -base * 0.36, 0.12, 0.07), Ring.along(0, seat - 0.12, -base * 0.12, 0.14, 0.08)), 8, paint));
        motorcycle.add(Shapes.tube(
                List.of(new Vector(0.15, 0.3, base * 0.15), new Vector(0.2, 0.26, -base * 0.1), new Vector(0.2, 0.42, -base * 0.58)),
                List.of(0.035, 0.045, 0.06), 7, METAL));
        motorcycle.addBothSides(
                Shapes.cylinder(new Vector(0.09, wheel, -base / 2), new Vector(0.12, 0.4, -base * 0.1), 0.03, 0.035, 5, ENGINE));
        motorcycle.addBothSides(Shapes.cylinder(new Vector(0.12, wheel + 0.05, -base * 0.46), new Vector(0.12, seat - 0.1, -base * 0.34),
                0.025, 0.025, 5, METAL));
        motorcycle.add(Shapes.block(0, seat - 0.02, -base * 0.56, 0.14, 0.07, 0.06, TAIL_LAMP));
        motorcycle.add(Shapes.block(0, seat - 0.26, -base * 0.58, 0.19, 0.17, 0.02, PLATE));
        if (kind == Kind.FAIRED) {
            motorcycle.add(Loft.of(List.of(Ring.along(0, bars - 0.2, base * 0.1, 0.2, 0.24),
                    Ring.along(0, bars - 0.18, base * 0.32, 0.21, 0.24), Ring.along(0, bars - 0.17, base * 0.44, 0.14, 0.16),
                    Ring.along(0, bars - 0.2, base * 0.52, 0.05, 0.06)), 10, paint));
            motorcycle.addBothSides(
                    Shapes.prism(List.of(side(bars - 0.18, 0.36), side(0.5, 0.33), side(0.3, 0.12), side(0.34, -0.1), side(0.58, -0.02)),
                            new Vector(0.07, 0, 0), paint));
            motorcycle.add(Shapes.quad(new Vector(-0.15, bars - 0.06, base * 0.42), new Vector(0.15, bars - 0.06, base * 0.42),
                    new Vector(0.11, bars + 0.22, base * 0.3),
                    new Vector(-0.11, bars + 0.22, base * 0.3), GLASS));
            motorcycle.addBothSides(Shapes.ellipsoid(new Vector(0.07, bars - 0.18, base * 0.48), 0.055, 0.04, 0.03, 7, 4, LAMP));
        } else {
            motorcycle.add(Shapes.ellipsoid(new Vector(0, bars - 0.12, base * 0.36), 0.1, 0.1, 0.09, 9, 5, ENGINE));
            motorcycle.add(Shapes.disc(0, bars - 0.12, base * 0.36 + 0.092, 0.085, 10, LAMP));
        }
    }

    private Vector side(double y, double share) {
        return new Vector(0.15, y, base * share);
    }

    private void addScooter(Assembly scooter) {
        double floor = 0.3;
        scooter.add(Shapes.bevelledBox(-0.18, floor - 0.08, -base * 0.12, 0.18, floor, base * 0.26, 0.03, paint));
        scooter.add(Shapes.prism(List.of(new Vector(-0.2, floor - 0.06, base * 0.2), new Vector(-0.2, floor - 0.06, base * 0.27),
                new Vector(-0.2, bars - 0.05, base * 0.33),
                new Vector(-0.2, bars - 0.05, base * 0.25)).reversed(), new Vector(0.4, 0, 0), paint));
        scooter.add(Loft.of(List.of(Ring.along(0, seat - 0.14, -base * 0.66, 0.08, 0.06),
                Ring.along(0, seat - 0.2, -base * 0.55, 0.17, 0.15), Ring.along(0, seat - 0.26, -base * 0.3, 0.2, 0.22),
                Ring.along(0, seat - 0.28, -base * 0.1, 0.15, 0.22)), 9, paint));
        scooter.add(Loft.of(List.of(Ring.along(0, seat, -base * 0.62, 0.09, 0.04), Ring.along(0, seat - 0.01, -base * 0.4, 0.15, 0.06),
                Ring.along(0, seat - 0.02, -base * 0.1, 0.13, 0.06)), 8, SEAT));
        scooter.add(Shapes.ellipsoid(new Vector(0, bars, base * 0.3), 0.14, 0.09, 0.1, 9, 5, paint));
        scooter.add(Shapes.disc(0, bars, base * 0.3 + 0.102, 0.075, 10, LAMP));
        scooter.add(Shapes.block(0, seat - 0.16, -base * 0.68, 0.16, 0.07, 0.05, TAIL_LAMP));
        scooter.add(Shapes.block(0, seat - 0.38, -base * 0.67, 0.17, 0.15, 0.02, PLATE));
        scooter.add(Shapes.tube(List.of(new Vector(0.13, 0.22, -base * 0.3), new Vector(0.15, 0.26, -base * 0.7)), List.of(0.04, 0.055), 6,
                METAL));
    }
}
