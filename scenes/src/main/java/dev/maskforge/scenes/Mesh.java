package dev.maskforge.scenes;

import java.util.ArrayList;
import java.util.List;

/// The shape of a thing in its own coordinates: it stands on y = 0 around the origin and looks along +z.
record Mesh(List<Face> faces) {
    Mesh {
        faces = List.copyOf(faces);
    }

    Mesh and(Mesh other) {
        List<Face> all = new ArrayList<>(faces);
        all.addAll(other.faces);
        return new Mesh(all);
    }
}
