package dev.maskforge.scenes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;

/// All faces of a world in world coordinates, in flat arrays.
final class Triangles {
    private double[] corners = new double[9 * 4096];
    private float[] normals = new float[9 * 4096];
    private int[] materialNumbers = new int[4096];
    private final List<Material> materials = new ArrayList<>();
    private final IdentityHashMap<Material, Integer> known = new IdentityHashMap<>();
    private int[] things = new int[4096];
    private int count;
    private int ground;
    private final int[] starts;
    private final double[] spheres;

    private Triangles(int thingCount) {
        starts = new int[thingCount + 1];
        spheres = new double[4 * thingCount];
    }

    static Triangles of(List<Thing> world) {
        Triangles triangles = new Triangles(world.size());
        for (int thing = 0; thing < world.size(); thing++) {
            triangles.add(world.get(thing), thing);
            triangles.starts[thing + 1] = triangles.count;
            triangles.enclose(thing);
            if (world.get(thing).group() == Thing.GROUND) {
                triangles.ground = thing + 1;
            }
        }
        return triangles;
    }

    private void add(Thing thing, int index) {
        double sine = StrictMath.sin(thing.spot().yaw());
        double cosine = StrictMath.cos(thing.spot().yaw());
        Vector at = thing.spot().position();
        // Things are drawn as one sees them from the front, with x to the viewer's right; the ground is in world coordinates.
        double side = thing.group() == Thing.GROUND ? 1 : -1;
        List<Face> faces = thing.mesh().faces();
        grow(count + faces.size());
        for (Face face : faces) {
            int offset = 9 * count;
            corner(face.a(), side, sine, cosine, at, offset);
            corner(face.b(), side, sine, cosine, at, offset + 3);
            corner(face.c(), side, sine, cosine, at, offset + 6);
            normal(face.normalA(), side, sine, cosine, offset);
            normal(face.normalB(), side, sine, cosine, offset + 3);
            normal(face.normalC(), side, sine, cosine, offset + 6);
            materialNumbers[count] = number(face.material());
            things[count] = index;
            count++;
        }
    }

    private int number(Material material) {
        return known.computeIfAbsent(material, added -> {
            materials.add(added);
            return materials.size() - 1;
        });
    }

    private void corner(Vector point, double side, double sine, double cosine, Vector at, int offset) {
        corners[offset] = at.x() + cosine * side * point.x() + sine * point.z();
        corners[offset + 1] = at.y() + point.y();
        corners[offset + 2] = at.z() - sine * side * point.x() + cosine * point.z();
    }

    private void normal(Vector direction, double side, double sine, double cosine, int offset) {
        normals[offset] = (float) (cosine * side * direction.x() + sine * direction.z());
        normals[offset + 1] = (float) direction.y();
        normals[offset + 2] = (float) (-sine * side * direction.x() + cosine * direction.z());
    }

    private void grow(int wanted) {
        if (wanted > things.length) {
            int size = Math.max(wanted, 2 * things.length);
            corners = Arrays.copyOf(corners, 9 * size);
            normals = Arrays.copyOf(normals, 9 * size);
            materialNumbers = Arrays.copyOf(materialNumbers, size);
            things = Arrays.copyOf(things, size);
        }
    }

    /// A sphere around a thing: the middle of its box, and the way to the corner.
    private void enclose(int thing) {
        double[] least = {Double.MAX_VALUE, Double.MAX_VALUE, Double.MAX_VALUE};
        double[] most = {-Double.MAX_VALUE, -Double.MAX_VALUE, -Double.MAX_VALUE};
        for (int i = 9 * starts[thing]; i < 9 * starts[thing + 1]; i++) {
            least[i % 3] = Math.min(least[i % 3], corners[i]);
            most[i % 3] = Math.max(most[i % 3], corners[i]);
        }
        double squares = 0;
        for (int axis = 0; axis < 3; axis++) {
            spheres[4 * thing + axis] = (least[axis] + most[axis]) / 2;
            squares += (most[axis] - least[axis]) * (most[axis] - least[axis]) / 4;
        }
        spheres[4 * thing + 3] = Math.sqrt(squares);
    }

    int thingCount() {
        return starts.length - 1;
    }

    /// The number of things that are ground, which come first: they throw no shadows.
    int ground() {
        return ground;
    }

    /// A thing's first triangle; those of the thing before end there.
    int start(int thing) {
        return starts[thing];
    }

    /// The middle of a sphere around a thing.
    Vector middle(int thing) {
        return new Vector(spheres[4 * thing], spheres[4 * thing + 1], spheres[4 * thing + 2]);
    }

    double radius(int thing) {
        return spheres[4 * thing + 3];
    }

    int count() {
        return count;
    }

    /// Nine coordinates a triangle: x, y, z of each corner.
    double[] corners() {
        return corners;
    }

    /// Nine coordinates a triangle: x, y, z of the normal at each corner.
    float[] normals() {
        return normals;
    }

    Material material(int triangle) {
        return materials.get(materialNumbers[triangle]);
    }

    /// Tells materials apart, one use from another even where they look alike.
    int materialNumber(int triangle) {
        return materialNumbers[triangle];
    }

    /// The place of the triangle's thing in the world's list.
    int thing(int triangle) {
        return things[triangle];
    }
}
