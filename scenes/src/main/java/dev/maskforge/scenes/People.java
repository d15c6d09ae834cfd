package dev.maskforge.scenes;

import java.util.List;

/// People on foot: adults 1.5 to 1.98 m and children 1.05 to 1.45 m tall, up to 2.5 m with an umbrella; at most 1,100 triangles.
final class People {
    private static final List<Integer> BAGS = List.of(0x1a1a1c, 0x5a3822, 0x7a1f24, 0x2c4a7a, 0x3f6b4a, 0xc9a227, 0xb8b2a4, 0xd2602a);

    private People() {
    }

    /// Somebody who walks or stands, a child now and then.
    static Mesh any(Chance chance) {
        return chance.happens(0.14) ? child(chance) : adult(chance);
    }

    static Mesh adult(Chance chance) {
        double size = Math.clamp(1.72 + 0.085 * chance.normal(), 1.52, 1.95);
        return person(chance, size, Math.clamp(1 + 0.1 * chance.normal(), 0.86, 1.3));
    }

    static Mesh child(Chance chance) {
        return person(chance, chance.between(1.08, 1.42), chance.between(0.9, 1.1));
    }

    private static Mesh person(Chance chance, double size, double girth) {
        Outfit outfit = Outfit.any(chance);
        Material bag = Material.of(Surface.CLOTH, chance.oneOf(BAGS));
        Pose pose = chance.happens(0.68) ? Pose.walking(size, chance.unit(), chance.between(0.3, 0.5)) : Pose.walking(size, 0, 0);
        double extra = chance.unit();
        Assembly person = new Assembly();
        if (extra < 0.08 && size > 1.5) {
            Vector grip = pose.neck().plus(new Vector(size * 0.1, -size * 0.13, size * 0.13));
            pose = pose.withRightHand(grip);
            addUmbrella(person, grip, size, bag);
        } else if (extra < 0.2) {
            Vector phone = pose.neck().plus(new Vector(size * 0.06, -size * 0.04, size * 0.15));
            pose = pose.withRightHand(phone);
        } else if (extra < 0.45) {
            Vector back = Shapes.mix(pose.hips(), pose.neck(), 0.6);
            person.add(Shapes.ellipsoid(back.plus(new Vector(0, 0, -size * 0.1)), size * 0.085, size * 0.125, size * 0.06, 8, 5, bag));
        } else if (extra < 0.68) {
            Vector hand = pose.leftArm().end();
            double low = Math.max(0.06, hand.y() - size * 0.24);
            person.add(Shapes.bevelledBox(hand.x() - size * 0.03, low, hand.z() - size * 0.1, hand.x() + size * 0.03,
                    hand.y() - size * 0.06, hand.z() + size * 0.1, 0.02, bag));
            person.add(Shapes.box(hand.x() - 0.012, hand.y() - size * 0.07, hand.z() - 0.03, hand.x() + 0.012, hand.y() - size * 0.02,
                    hand.z() + 0.03, bag));
        }
        return person.add(Figure.of(pose, outfit, bag, bag, girth)).mesh();
    }

    private static void addUmbrella(Assembly person, Vector grip, double size, Material cloth) {
        double top = size * 1.26;
        double radius = 0.52;
        person.add(Shapes.cylinder(grip.minus(new Vector(0, 0.1, 0)), new Vector(grip.x(), top, grip.z()), 0.014, 0.014, 5,
                Material.of(Surface.METAL, 0x2a2a2c)));
        person.add(Loft.of(List.of(Ring.level(grip.x(), top - 0.24, grip.z(), radius, radius),
                Ring.level(grip.x(), top - 0.12, grip.z(), radius * 0.8, radius * 0.8),
                Ring.level(grip.x(), top - 0.02, grip.z(), radius * 0.35, radius * 0.35), Ring.level(grip.x(), top + 0.02, grip.z(), 0, 0)),
                8, cloth));
    }
}
