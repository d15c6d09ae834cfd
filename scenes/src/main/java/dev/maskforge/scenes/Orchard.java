package dev.maskforge.scenes;

import java.util.ArrayList;
import java.util.List;

/// The trees of a scene: a few that are used again and again, turned, and with fewer and larger leaves where they stand
/// far away.
final class Orchard {
    private static final int TREES = 7;
    /// From these distances on, in metres, there is one leaf for every 2, 4, 8 and 16.
    private static final double[] DISTANCES = {18, 34, 60, 100};

    private final List<List<Mesh>> trees = new ArrayList<>();
    private final List<List<Mesh>> bushes = new ArrayList<>();

    Orchard(Chance chance) {
        for (int tree = 0; tree < TREES; tree++) {
            trees.add(detailed(Trees.any(chance)));
        }
        for (int bush = 0; bush < 3; bush++) {
            bushes.add(detailed(Trees.bush(chance)));
        }
    }

    private static List<Mesh> detailed(Mesh mesh) {
        List<Mesh> details = new ArrayList<>(List.of(mesh));
        for (int level = 1; level <= DISTANCES.length; level++) {
            details.add(thinned(mesh, 1 << level));
        }
        return details;
    }

    /// Keeps one of so many leaves, as much larger.
    private static Mesh thinned(Mesh mesh, int of) {
        List<Face> kept = new ArrayList<>();
        double larger = Math.sqrt(of) * 0.92;
        int leaf = 0;
        for (Face face : mesh.faces()) {
            if (face.material().surface() != Surface.FOLIAGE) {
                kept.add(face);
            } else if (leaf++ % of == 0) {
                Vector middle = face.a().plus(face.b()).plus(face.c()).times(1 / 3.0);
                kept.add(new Face(grown(face.a(), middle, larger), grown(face.b(), middle, larger), grown(face.c(), middle, larger),
                        face.normalA(), face.normalB(), face.normalC(), face.material()));
            }
        }
        return new Mesh(kept);
    }

    private static Vector grown(Vector corner, Vector middle, double factor) {
        return middle.plus(corner.minus(middle).times(factor));
    }

    int species() {
        return trees.size();
    }

    /// A tree of a kind, as it looks from a distance.
    List<Part> tree(int species, double distance) {
        return part(trees.get(species), distance);
    }

    List<Part> bush(Chance chance, double distance) {
        return part(chance.oneOf(bushes), distance);
    }

    private static List<Part> part(List<Mesh> details, double distance) {
        int level = 0;
        while (level < DISTANCES.length && Math.abs(distance) > DISTANCES[level]) {
            level++;
        }
        return List.of(new Part("vegetation", details.get(level)));
    }
}
