package dev.maskforge.scenes;

import java.util.List;

/// An arm or a leg with one joint.
record Limb(Vector root, Vector joint, Vector end) {
    /// From a root to a target, or towards it where it is too far, with the joint bent towards a side.
    static Limb reaching(Vector root, Vector target, double upper, double lower, Vector bend) {
        Vector way = target.minus(root);
        double distance = Math.clamp(way.length(), Math.abs(upper - lower) + 0.01, upper + lower - 0.001);
        Vector along = way.unit();
        double near = (upper * upper - lower * lower + distance * distance) / (2 * distance);
        double aside = Math.sqrt(Math.max(0, upper * upper - near * near));
        Vector out = bend.minus(along.times(bend.dot(along))).unit();
        return new Limb(root, root.plus(along.times(near)).plus(out.times(aside)), root.plus(along.times(distance)));
    }

    Mesh mesh(double rootRadius, double jointRadius, double endRadius, int sides, Material material) {
        // A short round end keeps shoulders and hips from looking cut off.
        Vector start = root.plus(root.minus(joint).unit().times(rootRadius * 0.6));
        Vector upper = Shapes.mix(root, joint, 0.45);
        Vector lower = Shapes.mix(joint, end, 0.3);
        return Shapes.tube(List.of(start, root, upper, joint, lower, end),
                List.of(rootRadius * 0.55, rootRadius, rootRadius * 0.96, jointRadius, jointRadius * 1.02, endRadius),
                sides, material);
    }
}
