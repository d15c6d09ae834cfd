package dev.maskforge.scenes;

import java.util.ArrayList;
import java.util.List;

/// A person's body, dressed: at most 1,000 triangles.
final class Figure {
    private Figure() {
    }

    /// @param garment what hangs below the waist where it differs from the top: shorts or a skirt
    /// @param helmet  a helmet's material, used where one is worn
    static Mesh of(Pose pose, Outfit outfit, Material garment, Material helmet, double girth) {
        double size = pose.size();
        Assembly figure = new Assembly();
        addTorso(figure, pose, outfit, garment, girth);
        for (Limb leg : List.of(pose.rightLeg(), pose.leftLeg())) {
            figure.add(leg.mesh(size * 0.052 * girth, size * 0.034, size * 0.025, 8, outfit.legs()));
            if (outfit.cut() == Outfit.Cut.SHORTS) {
                figure.add(Shapes.cylinder(leg.root(), Shapes.mix(leg.root(), leg.joint(), 0.8), size * 0.058 * girth, size * 0.048, 8,
                        garment));
            }
            figure.add(Shapes.ellipsoid(leg.end().plus(new Vector(0, -size * 0.018, size * 0.03)), size * 0.026, size * 0.026, size * 0.072,
                    6, 4, outfit.shoes()));
        }
        for (Limb arm : List.of(pose.rightArm(), pose.leftArm())) {
            figure.add(arm.mesh(size * 0.031 * girth, size * 0.025, size * 0.019, 7, outfit.top()));
            Vector hand = arm.end().plus(arm.end().minus(arm.joint()).unit().times(size * 0.03));
            figure.add(Shapes.ellipsoid(hand, size * 0.018, size * 0.032, size * 0.022, 5, 4, outfit.skin()));
        }
        addHead(figure, pose, outfit, helmet);
        return figure.mesh();
    }

    private static void addTorso(Assembly figure, Pose pose, Outfit outfit, Material garment, double girth) {
        double size = pose.size();
        Vector axis = pose.neck().minus(pose.hips()).unit();
        Vector right = new Vector(1, 0, 0);
        Vector ahead = right.cross(axis).unit();
        double length = pose.neck().minus(pose.hips()).length();
        double[] heights = {-0.12, 0.02, 0.32, 0.68, 0.88, 0.965, 1.07};
        double[] widths = {0.086, 0.098, 0.086, 0.105, 0.11, 0.084, 0.036};
        double[] depths = {0.06, 0.066, 0.058, 0.068, 0.058, 0.045, 0.032};
        List<Ring> rings = new ArrayList<>();
        for (int i = 0; i < heights.length; i++) {
            double wide = i < 4 ? girth : 1;
            rings.add(new Ring(pose.hips().plus(axis.times(length * heights[i])), ahead.times(size * depths[i] * wide),
                    right.times(size * widths[i] * wide)));
        }
        figure.add(Loft.of(rings, 10, outfit.top()));
        if (outfit.cut() == Outfit.Cut.TROUSERS || outfit.cut() == Outfit.Cut.SHORTS) {
            figure.add(Loft.of(
                    List.of(new Ring(pose.hips().minus(axis.times(size * 0.045)), ahead.times(size * 0.062 * girth),
                            right.times(size * 0.092 * girth)),
                            new Ring(pose.hips().plus(axis.times(size * 0.02)), ahead.times(size * 0.069 * girth),
                                    right.times(size * 0.101 * girth))),
                    10,
                    outfit.cut() == Outfit.Cut.SHORTS ? garment : outfit.legs()));
        } else {
            boolean coat = outfit.cut() == Outfit.Cut.COAT;
            Vector knees = Shapes.mix(pose.rightLeg().joint(), pose.leftLeg().joint(), 0.5);
            Vector hem = Shapes.mix(pose.hips(), knees, coat ? 0.85 : 1.0);
            double spread = Math.abs(pose.rightLeg().joint().z() - pose.leftLeg().joint().z()) / 2;
            figure.add(Loft.of(
                    List.of(new Ring(hem, new Vector(0, 0, size * 0.08 + spread * 1.15), right.times(size * (coat ? 0.115 : 0.125))),
                            new Ring(Shapes.mix(hem, pose.hips(), 0.5), new Vector(0, 0, size * 0.082 + spread * 0.75),
                                    right.times(size * 0.114 * girth)),
                            new Ring(pose.hips().plus(axis.times(size * 0.04)), ahead.times(size * 0.073 * girth),
                                    right.times(size * 0.106 * girth))),
                    10,
                    coat ? outfit.top() : garment));
        }
    }

    private static void addHead(Assembly figure, Pose pose, Outfit outfit, Material helmet) {
        double size = Math.max(1.45, pose.size());
        Vector head = pose.head();
        figure.add(Shapes.cylinder(pose.neck(), head, size * 0.03, size * 0.028, 6, outfit.skin()));
        figure.add(Shapes.ellipsoid(head, size * 0.044, size * 0.064, size * 0.054, 8, 6, outfit.skin()));
        Vector back = head.plus(new Vector(0, size * 0.016, -size * 0.013));
        switch (outfit.headwear()) {
            case NONE -> figure.add(Shapes.ellipsoid(back, size * 0.049, size * 0.058, size * 0.052, 8, 5, outfit.hair()));
            case LONG_HAIR -> {
                figure.add(Shapes.ellipsoid(back, size * 0.051, size * 0.06, size * 0.053, 8, 5, outfit.hair()));
                figure.add(Shapes.ellipsoid(back.plus(new Vector(0, -size * 0.06, -size * 0.012)), size * 0.052, size * 0.085, size * 0.034,
                        8, 4, outfit.hair()));
            }
            case HAT -> {
                figure.add(Shapes.ellipsoid(back.plus(new Vector(0, size * 0.012, 0.004)), size * 0.051, size * 0.058, size * 0.056, 8, 5,
                        outfit.shoes()));
                figure.add(Shapes.ellipsoid(head.plus(new Vector(0, size * 0.026, size * 0.045)), size * 0.038, size * 0.006, size * 0.036,
                        8, 2, outfit.shoes()));
            }
            case HOOD -> figure.add(Shapes.ellipsoid(back.plus(new Vector(0, 0, -size * 0.004)), size * 0.054, size * 0.068, size * 0.056,
                    8, 5, outfit.top()));
            case HELMET -> figure.add(Shapes.ellipsoid(head.plus(new Vector(0, size * 0.022, -size * 0.004)), size * 0.06, size * 0.06,
                    size * 0.075, 10, 5, helmet));
        }
    }
}
