package dev.maskforge.scenes;

import java.util.ArrayList;
import java.util.List;

/// Puts a thing together from shapes.
final class Assembly {
    private final List<Face> faces = new ArrayList<>();

    Assembly add(Mesh mesh) {
        faces.addAll(mesh.faces());
        return this;
    }

    Assembly add(Placement placement, Mesh mesh) {
        return add(placement.of(mesh));
    }

    /// The mesh and its mirror image at x = 0.
    Assembly addBothSides(Mesh mesh) {
        return add(mesh).add(Placement.scaled(-1, 1, 1), mesh);
    }

    Mesh mesh() {
        return new Mesh(faces);
    }
}
