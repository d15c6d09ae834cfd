package dev.maskforge.scenes;

import dev.maskforge.vision.Size;

/// Mirror images on wet ground: from each wet pixel the mirrored ray is followed until it passes behind what the picture
/// shows; where it leaves the picture it sees the sky.
final class Reflections {
    private static final int STEPS = 30;
    private static final double FIRST = 0.25;
    private static final double GROWTH = 1.2;

    private final Camera camera;
    private final Visibility visibility;
    private final Sky sky;
    private final Size size;
    private final double focal;
    private final Radiance found = new Radiance();

    Reflections(Camera camera, Visibility visibility, Weather weather, Size size) {
        this.camera = camera;
        this.visibility = visibility;
        this.sky = new Sky(weather);
        this.size = size;
        this.focal = camera.pixels(size);
    }

    void addTo(Exposure exposure) {
        float[] light = exposure.light();
        float[] dry = light.clone();
        for (int y = 0; y < size.height(); y++) {
            for (int x = 0; x < size.width(); x++) {
                int pixel = y * size.width() + x;
                double mirror = exposure.mirror()[pixel];
                if (mirror > 0.004) {
                    look(x, y, dry);
                    light[3 * pixel] = (float) Noise.mix(light[3 * pixel], found.red, mirror);
                    light[3 * pixel + 1] = (float) Noise.mix(light[3 * pixel + 1], found.green, mirror);
                    light[3 * pixel + 2] = (float) Noise.mix(light[3 * pixel + 2], found.blue, mirror);
                }
            }
        }
    }

    private void look(int x, int y, float[] light) {
        double side = (x + 0.5 - 0.5 * size.width()) / focal;
        double rise = (0.5 * size.height() - y - 0.5) / focal;
        Vector ray = camera.forward().plus(camera.right().times(side)).plus(camera.up().times(rise));
        int samples = Visibility.SAMPLES;
        double depth = 1 / Math.max(1e-4, visibility.inverseDepth(y * samples * visibility.width() + x * samples));
        Vector place = camera.eye().plus(ray.times(depth));
        // Small waves, which draw the images out.
        double fine = Noise.step(0.03, 0.006, depth / focal);
        double wave = 0.022 * Noise.at(place.x() * 5, place.z() * 5) + 0.018 * fine * Noise.at(place.x() * 31, place.z() * 31);
        double length = ray.length();
        Vector away = new Vector(ray.x() / length + 0.3 * wave, Math.max(0.02, -ray.y() / length + wave), ray.z() / length);
        double far = FIRST;
        for (int step = 0; step < STEPS; step++) {
            Vector at = place.plus(away.times(far)).minus(camera.eye());
            double ahead = camera.forward().dot(at);
            if (ahead < 0.3) {
                break;
            }
            int column = (int) Math.floor(0.5 * size.width() + focal * camera.right().dot(at) / ahead);
            int row = (int) Math.floor(0.5 * size.height() - focal * camera.up().dot(at) / ahead);
            if (column < 0 || row < 0 || column >= size.width() || row >= size.height()) {
                break;
            }
            double seen = visibility.inverseDepth(row * samples * visibility.width() + column * samples);
            if (seen * ahead > 1.002 && seen * (ahead - 4 - 0.3 * far) < 1) {
                int pixel = row * size.width() + column;
                found.set(light[3 * pixel], light[3 * pixel + 1], light[3 * pixel + 2]);
                return;
            }
            far *= GROWTH;
        }
        sky.look(away.x(), away.y(), away.z(), found);
    }
}
