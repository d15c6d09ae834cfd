package dev.maskforge.scenes;

import java.util.List;

/// Passenger cars: 3.5 to 5.4 m long, 1.6 to 2.1 m wide without mirrors, 1.35 to 2.3 m high without what is on the roof; at most 2,000 triangles.
final class Cars {
    private static final List<Integer> PAINTS = List.of(0x16171a, 0x16171a, 0xe9e9e6, 0xe9e9e6, 0xa9adb2, 0xb9bdc1, 0x6d7278, 0x4a4f56,
            0x8d1c20,
            0xb3262b, 0x1f3e73, 0x2d5ea3, 0x17294a, 0x2f5d44, 0x6f8f3a, 0xd8b11e, 0xc9661f, 0x7b6a55, 0xc9bfa8, 0x5f8fb0, 0x5b2333);
    private static final List<Integer> RIMS = List.of(0xb8bbbf, 0xc9ccce, 0x8f9398, 0x3a3c40);
    private static final Material DARK = Material.of(Surface.PLAIN, 0x131416);
    private static final Material TRIM = Material.of(Surface.PLAIN, 0x26282b);
    private static final Material GLASS = Material.of(Surface.GLASS, 0x20282e);
    private static final Material CHROME = Material.of(Surface.METAL, 0xc4c8cb);

    private Cars() {
    }

    /// Any of the kinds below, in about their shares on a street.
    static Mesh any(Chance chance) {
        double share = chance.unit();
        if (share < 0.36) {
            return hatchback(chance);
        }
        if (share < 0.58) {
            return saloon(chance);
        }
        if (share < 0.75) {
            return estate(chance);
        }
        return share < 0.92 ? offRoader(chance) : van(chance);
    }

    static Mesh hatchback(Chance chance) {
        double length = chance.between(3.6, 4.25);
        double height = chance.between(1.42, 1.56);
        double belt = height * chance.between(0.60, 0.64);
        double back = chance.between(0.10, 0.17);
        Curve shoulder = Curve.through(0, belt * 0.86, 0.02, belt * 1.02, 0.2, belt * 1.04, 0.72, belt * 0.98, 0.9, belt * 0.86, 0.97,
                belt * 0.74, 1, belt * 0.60);
        Curve roof = Curve.through(0.025, belt, back, height * 0.955, 0.35, height, 0.48, height, 0.55, height * 0.975,
                chance.between(0.74, 0.78), belt);
        return car(chance, new CarBody(length, chance.between(1.66, 1.8), 0.17, shoulder, roof, 0.68, back, 0.55,
                List.of(0.3, 0.53), List.of(0.17, 0.81), chance.between(0.29, 0.32)), GLASS, paint(chance));
    }

    static Mesh saloon(Chance chance) {
        double length = chance.between(4.4, 4.95);
        double height = chance.between(1.38, 1.48);
        double belt = height * chance.between(0.63, 0.67);
        double back = chance.between(0.28, 0.33);
        Curve shoulder = Curve.through(0, belt * 0.84, 0.02, belt * 1.03, 0.14, belt * 1.06, 0.3, belt * 1.02, 0.7, belt * 0.97, 0.9,
                belt * 0.84, 0.97, belt * 0.74, 1, belt * 0.60);
        Curve roof = Curve.through(chance.between(0.13, 0.16), belt, back, height * 0.96, 0.42, height, 0.50, height, 0.56, height * 0.975,
                chance.between(0.71, 0.74), belt);
        return car(chance, new CarBody(length, chance.between(1.72, 1.86), 0.16, shoulder, roof, 0.66, back, 0.56,
                List.of(0.53), List.of(0.19, 0.82), chance.between(0.31, 0.34)), GLASS, paint(chance));
    }

    static Mesh estate(Chance chance) {
        double length = chance.between(4.45, 4.9);
        double height = chance.between(1.42, 1.52);
        double belt = height * chance.between(0.62, 0.65);
        double back = chance.between(0.07, 0.11);
        Curve shoulder = Curve.through(0, belt * 0.86, 0.02, belt * 1.02, 0.2, belt * 1.03, 0.7, belt * 0.97, 0.9, belt * 0.85, 0.97,
                belt * 0.74, 1, belt * 0.60);
        Curve roof = Curve.through(0.02, belt, back, height * 0.95, 0.3, height * 0.99, 0.50, height, 0.56, height * 0.975,
                chance.between(0.71, 0.74), belt);
        return car(chance, new CarBody(length, chance.between(1.74, 1.86), 0.16, shoulder, roof, 0.68, back, 0.56,
                List.of(0.18, 0.35, 0.53), List.of(0.19, 0.82), chance.between(0.31, 0.34)), GLASS, paint(chance));
    }

    /// A sport utility vehicle.
    static Mesh offRoader(Chance chance) {
        double length = chance.between(4.2, 4.9);
        double height = chance.between(1.6, 1.82);
        double belt = height * chance.between(0.61, 0.65);
        double back = chance.between(0.06, 0.12);
        Curve shoulder = Curve.through(0, belt * 0.88, 0.02, belt * 1.02, 0.2, belt * 1.03, 0.72, belt * 0.98, 0.92, belt * 0.91, 0.975,
                belt * 0.84, 1, belt * 0.66);
        Curve roof = Curve.through(0.02, belt, back, height * 0.96, 0.3, height * 0.995, 0.50, height, 0.56, height * 0.975,
                chance.between(0.70, 0.73), belt);
        return car(chance, new CarBody(length, chance.between(1.8, 1.98), 0.24, shoulder, roof, 0.72, back, 0.56,
                List.of(0.17, 0.34, 0.52), List.of(0.19, 0.81), chance.between(0.35, 0.39)), GLASS, paint(chance));
    }

    /// A delivery van or a minibus.
    static Mesh van(Chance chance) {
        Material paint = paint(chance);
        double length = chance.between(4.8, 5.4);
        double height = chance.between(1.9, 2.25);
        double belt = chance.between(1.08, 1.18);
        Curve shoulder = Curve.through(0, belt * 0.9, 0.012, belt, 0.82, belt * 0.98, 0.95, belt * 0.86, 0.98, belt * 0.76, 1, belt * 0.58);
        Curve roof = Curve.through(0.012, belt, 0.03, height * 0.97, 0.1, height, 0.66, height, 0.72, height * 0.975,
                chance.between(0.85, 0.88), belt);
        return car(chance, new CarBody(length, chance.between(1.9, 2.05), 0.2, shoulder, roof, 0.82, 0.03, 0.72,
                List.of(0.24, 0.46, 0.66), List.of(0.18, 0.82), chance.between(0.32, 0.35)), chance.happens(0.5) ? paint : GLASS, paint);
    }

    private static Material paint(Chance chance) {
        return Material.of(Surface.PAINT, chance.oneOf(PAINTS));
    }

    private static Mesh car(Chance chance, CarBody body, Material rearWindows, Material paint) {
        Assembly car = new Assembly();
        car.add(body.shell(paint, chance.happens(0.5) ? paint : TRIM, GLASS, rearWindows));
        car.addBothSides(body.seams(DARK));
        double tail = body.z(0);
        double nose = body.z(1);
        double half = body.width() / 2;
        car.add(Shapes.box(-half * 0.8, body.clearance() + 0.02, body.z(0.02), half * 0.8, body.shoulder().value(0.5) * 0.7, body.z(0.98),
                DARK));
        Material rim = Material.of(Surface.METAL, chance.oneOf(RIMS));
        int spokes = 5 + chance.index(3);
        for (double place : body.wheels()) {
            car.addBothSides(Wheels.ofVehicle(half * 0.985, body.z(place), body.wheel(), 0.22, spokes, rim));
        }
        addFront(car, chance, body, nose, half);
        addRear(car, chance, body, tail, half);
        double cowl = body.roof().last() - (body.roof().last() - body.windscreen()) * 0.35;
        double mirror = body.shoulder().value(cowl) + 0.06;
        car.addBothSides(Shapes.ellipsoid(new Vector(half + 0.07, mirror + 0.07, body.z(cowl) - 0.05), 0.11, 0.08, 0.07, 6, 4,
                chance.happens(0.7) ? paint : DARK));
        addRoof(car, chance, body, half);
        return car.mesh();
    }

    /// Most roofs are bare; a few carry a box or a taxi's sign.
    private static void addRoof(Assembly car, Chance chance, CarBody body, double half) {
        double y = body.roof().value(0.45) + 0.02;
        double middle = body.z(0.45);
        double share = chance.unit();
        if (share < 0.05) {
            Material sign = Material.of(Surface.LAMP, 0xe8c020);
            car.add(Shapes.bevelledBox(-0.3, y, middle - 0.07, 0.3, y + 0.19, middle + 0.07, 0.03, sign));
            car.add(Lettering.line(Lettering.word(chance, 4), -0.2, y + 0.05, 0.2, y + 0.14, middle + 0.072, DARK));
        } else if (share < 0.09) {
            car.add(Shapes.bevelledBox(-half * 0.55, y + 0.06, middle - 0.8, half * 0.2, y + 0.34, middle + 0.75, 0.1, TRIM));
            car.add(Shapes.box(-half * 0.7, y, middle - 0.5, half * 0.7, y + 0.06, middle - 0.44, DARK));
            car.add(Shapes.box(-half * 0.7, y, middle + 0.4, half * 0.7, y + 0.06, middle + 0.46, DARK));
        }
    }

    private static void addFront(Assembly car, Chance chance, CarBody body, double nose, double half) {
        double top = body.shoulder().value(0.975);
        double low = body.clearance();
        double lampHeight = chance.between(0.09, 0.15);
        Material lamp = Material.of(chance.happens(0.25) ? Surface.LAMP : Surface.PAINT, 0xe8edf0);
        double lampTop = top - 0.02;
        double end = body.halfWidth(1);
        double lampWidth = chance.between(0.28, 0.40);
        car.addBothSides(
                Shapes.bevelledBox(end - lampWidth, lampTop - lampHeight, nose - 0.22, end + 0.012, lampTop, nose + 0.03, 0.03, lamp));
        double grille = end - lampWidth - 0.05;
        double grilleTop = lampTop - chance.between(0, 0.05);
        double grilleLow = grilleTop - chance.between(0.08, 0.22);
        car.add(Shapes.panel(-grille, grilleLow, grille, grilleTop, nose + 0.032, DARK));
        car.add(Shapes.panel(-0.06, grilleTop - 0.09, 0.06, grilleTop - 0.01, nose + 0.036, CHROME));
        car.add(Shapes.panel(-half * 0.62, low + 0.1, half * 0.62, low + 0.2, nose + 0.032, DARK));
        car.add(Shapes.panel(-0.26, low + 0.2, 0.26, low + 0.31, nose + 0.04, Material.of(Surface.PLAIN, 0xe6e6e0)));
    }

    private static void addRear(Assembly car, Chance chance, CarBody body, double tail, double half) {
        Placement turned = Placement.scaled(1, 1, -1);
        Assembly rear = new Assembly();
        double out = -tail;
        double top = body.shoulder().value(0.02);
        double low = body.clearance();
        double end = body.halfWidth(0);
        Material lamp = Material.of(chance.happens(0.3) ? Surface.LAMP : Surface.PAINT, chance.happens(0.3) ? 0xd8261c : 0xa01418);
        boolean tall = chance.happens(0.35);
        double lampWidth = tall ? 0.14 : chance.between(0.22, 0.36);
        double lampHeight = tall ? chance.between(0.26, 0.36) : chance.between(0.11, 0.17);
        rear.addBothSides(
                Shapes.bevelledBox(end - lampWidth, top - 0.06 - lampHeight, out - 0.16, end + 0.012, top - 0.06, out + 0.032, 0.03, lamp));
        double plate = chance.happens(0.5) ? top - 0.26 : low + 0.28;
        rear.add(Shapes.panel(-0.26, plate, 0.26, plate + 0.11, out + 0.04, Material.of(Surface.PLAIN, 0xe6e6e0)));
        rear.add(Shapes.panel(-half * 0.84, low + 0.235, half * 0.84, low + 0.25, out + 0.034, DARK));
        rear.add(Shapes.panel(-0.3, top - 0.12, 0.3, top - 0.085, out + 0.036, chance.happens(0.5) ? CHROME : DARK));
        rear.add(Shapes.panel(-half * 0.8, low + 0.08, half * 0.8, low + 0.2, out + 0.034, TRIM));
        car.add(turned, rear.mesh());
    }
}
