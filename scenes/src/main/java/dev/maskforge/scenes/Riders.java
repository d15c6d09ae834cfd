package dev.maskforge.scenes;

import java.util.List;

/// People with what they ride, as two parts: `rider`, and `bicycle` or `motorcycle`. 1.5 to 2.05 m high; at most 2,700 triangles together.
final class Riders {
    private static final List<Integer> HELMETS = List.of(0x17181a, 0xe6e4de, 0xb3262b, 0x1f4f96, 0xd9c21b, 0x8f9499, 0xd2602a);

    private Riders() {
    }

    static List<Part> onBicycle(Chance chance) {
        Bicycle bicycle = Bicycle.any(chance);
        double size = chance.between(1.58, 1.86);
        Vector hips = bicycle.saddleTop().plus(new Vector(0, size * 0.045, 0.02));
        double lean = chance.between(0.35, 0.75);
        Vector neck = hips.plus(new Vector(0, StrictMath.cos(lean), StrictMath.sin(lean)).times(size * 0.31));
        Vector head = neck.plus(new Vector(0, size * 0.105, size * 0.05));
        Vector grip = bicycle.grip().plus(new Vector(0, 0.04, -0.03));
        Vector heel = new Vector(0, 0.08, -0.05);
        Pose pose = Pose.of(size, hips, neck, head, bicycle.pedal(1).plus(heel), bicycle.pedal(-1).plus(heel), grip,
                new Vector(-grip.x(), grip.y(), grip.z()));
        Outfit.Headwear headwear = chance.happens(0.5) ? Outfit.Headwear.HELMET
                : chance.happens(0.5) ? Outfit.Headwear.NONE : Outfit.Headwear.LONG_HAIR;
        Outfit outfit = Outfit.of(chance, chance.happens(0.75) ? Outfit.Cut.TROUSERS : Outfit.Cut.SHORTS, headwear);
        Material helmet = Material.of(Surface.PAINT, chance.oneOf(HELMETS));
        Assembly rider = new Assembly()
                .add(Figure.of(pose, outfit, Material.of(Surface.CLOTH, 0x2a2d34), helmet, chance.between(0.9, 1.1)));
        if (chance.happens(0.4)) {
            addBackpack(rider, pose, helmet);
        }
        return List.of(new Part("rider", rider.mesh()), new Part("bicycle", bicycle.mesh()));
    }

    static List<Part> onMotorcycle(Chance chance) {
        Motorcycle motorcycle = Motorcycle.any(chance);
        double size = chance.between(1.62, 1.88);
        Vector hips = motorcycle.saddle().plus(new Vector(0, size * 0.075, 0));
        double lean = motorcycle.kind() == Motorcycle.Kind.FAIRED ? chance.between(0.4, 0.65) : chance.between(0.05, 0.3);
        Vector neck = hips.plus(new Vector(0, StrictMath.cos(lean), StrictMath.sin(lean)).times(size * 0.31));
        Vector head = neck.plus(new Vector(0, size * 0.11, size * 0.03));
        Vector grip = motorcycle.grip().plus(new Vector(0, 0.04, -0.04));
        Vector foot = motorcycle.rest().plus(new Vector(0, 0.06, -0.04));
        Pose pose = Pose.of(size, hips, neck, head, foot, mirrored(foot), grip, mirrored(grip));
        Outfit outfit = Outfit.of(chance, Outfit.Cut.TROUSERS, Outfit.Headwear.HELMET);
        Material helmet = Material.of(Surface.PAINT, chance.oneOf(HELMETS));
        Assembly rider = new Assembly().add(Figure.of(pose, outfit, outfit.top(), helmet, chance.between(1.05, 1.2)));
        rider.add(Shapes.ellipsoid(head.plus(new Vector(0, size * 0.008, 0)), size * 0.07, size * 0.078, size * 0.078, 10, 6, helmet));
        rider.add(Shapes.ellipsoid(head.plus(new Vector(0, size * 0.01, size * 0.03)), size * 0.069, size * 0.034, size * 0.06, 10, 4,
                Material.of(Surface.GLASS, 0x181c20)));
        if (chance.happens(0.25)) {
            addBackpack(rider, pose, helmet);
        }
        return List.of(new Part("rider", rider.mesh()), new Part("motorcycle", motorcycle.mesh()));
    }

    private static Vector mirrored(Vector point) {
        return new Vector(-point.x(), point.y(), point.z());
    }

    private static void addBackpack(Assembly rider, Pose pose, Material helmet) {
        Vector back = Shapes.mix(pose.hips(), pose.neck(), 0.62);
        Vector axis = pose.neck().minus(pose.hips()).unit();
        Vector behind = new Vector(0, axis.z(), -axis.y());
        rider.add(Shapes.ellipsoid(back.plus(behind.times(0.17)), 0.14, 0.2, 0.11, 8, 5, new Material(Surface.CLOTH, helmet.colour())));
    }
}
