package dev.maskforge.scenes;

/// Wheels whose axle lies along x and that stand on y = 0.
final class Wheels {
    private static final Material TYRE = Material.of(Surface.RUBBER, 0x1c1c1e);

    private Wheels() {
    }

    /// A wheel of a motor vehicle with its outer side at `x` towards +x, 70 to 80 triangles.
    static Mesh ofVehicle(double x, double z, double radius, double breadth, int spokes, Material rim) {
        Assembly wheel = new Assembly();
        wheel.add(Shapes.cylinder(new Vector(x - breadth, radius, z), new Vector(x - 0.01, radius, z), radius, radius, 12, TYRE));
        Assembly face = new Assembly();
        face.add(Shapes.annulus(0, 0, 0.004, radius * 0.52, radius * 0.66, 10, rim));
        double half = 0.9 / spokes * radius * 0.7;
        for (int i = 0; i < spokes; i++) {
            double angle = 2 * Math.PI * i / spokes + 0.3;
            Vector out = new Vector(StrictMath.cos(angle), StrictMath.sin(angle), 0);
            Vector side = new Vector(-out.y(), out.x(), 0).times(half);
            Vector near = out.times(radius * 0.06).plus(new Vector(0, 0, 0.006));
            Vector far = out.times(radius * 0.56).plus(new Vector(0, 0, 0.004));
            face.add(Shapes.quad(near.minus(side), far.minus(side.times(0.8)), far.plus(side.times(0.8)), near.plus(side), rim));
        }
        return wheel.add(Placement.turned(Math.PI / 2).then(Placement.at(x, radius, z)), face.mesh()).mesh();
    }
}
