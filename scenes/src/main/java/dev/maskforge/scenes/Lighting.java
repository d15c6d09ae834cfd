package dev.maskforge.scenes;

import java.util.ArrayList;
import java.util.List;

/// How much of the sun and of the sky a place sees: depth maps from the sun, a fine one near the camera and a coarse one
/// beyond, and from five parts of the sky.
final class Lighting {
    private static final double SKY_ELEVATION = 0.75;
    private static final int SKY_PARTS = 4;

    private final Vector towardsSun;
    private final DepthMap near;
    private final DepthMap far;
    private final List<Vector> skyDirections = new ArrayList<>();
    private final List<DepthMap> sky = new ArrayList<>();

    Lighting(Triangles world, Weather weather, Camera camera) {
        this.towardsSun = weather.towardsSun();
        Vector ahead = new Vector(camera.forward().x(), 0, camera.forward().z()).unit();
        Vector ground = new Vector(camera.eye().x(), 0, camera.eye().z());
        this.near = DepthMap.of(world, towardsSun, ground.plus(ahead.times(15)), 42, 1024, 0);
        this.far = DepthMap.of(world, towardsSun, ground.plus(ahead.times(60)), 170, 1024, 0.4);
        double level = StrictMath.cos(SKY_ELEVATION);
        for (int part = 0; part < SKY_PARTS; part++) {
            double azimuth = (part + 0.5) * 2 * StrictMath.PI / SKY_PARTS;
            skyDirections.add(new Vector(level * StrictMath.sin(azimuth), StrictMath.sin(SKY_ELEVATION), level * StrictMath.cos(azimuth)));
        }
        skyDirections.add(new Vector(0.08, 1, 0.05).unit());
        for (Vector direction : skyDirections) {
            sky.add(DepthMap.of(world, direction, ground.plus(ahead.times(34)), 90, 320, 1.25));
        }
    }

    /// The share of the sun, 0 to 1, at a place on a surface with a normal that looks to the viewer.
    double sun(double x, double y, double z, double normalX, double normalY, double normalZ) {
        if (near.holds(x, y, z)) {
            double off = 0.07;
            return near.lightAt(x + off * normalX, y + off * normalY, z + off * normalZ);
        }
        double off = 0.25;
        return far.lightAt(x + off * normalX, y + off * normalY, z + off * normalZ);
    }

    /// The share of the sky, 0 to 1, that lights a surface.
    double sky(double x, double y, double z, double normalX, double normalY, double normalZ) {
        double off = 0.28;
        double seen = 0;
        double possible = 0;
        for (int part = 0; part < sky.size(); part++) {
            Vector towards = skyDirections.get(part);
            double weight = 0.25 + Math.max(0, towards.x() * normalX + towards.y() * normalY + towards.z() * normalZ);
            possible += weight;
            seen += weight * sky.get(part).lightAt(x + off * normalX, y + off * normalY, z + off * normalZ);
        }
        return seen / possible;
    }
}
