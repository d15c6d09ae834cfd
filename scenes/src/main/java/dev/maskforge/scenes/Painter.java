package dev.maskforge.scenes;

import dev.maskforge.vision.Size;

/// The light that reaches each pixel, before the sensor: what the samples see, shaded once for each triangle in a pixel.
final class Painter {
    /// The inverse of the distance in metres from which on a pixel's triangles are not told apart.
    private static final float FAR = 1f / 14;

    private final Triangles world;
    private final Camera camera;
    private final Weather weather;
    private final Lighting lighting;
    private final Sky sky;
    private final Textures textures;
    private final Size size;
    private final Radiance light = new Radiance();
    private final Radiance ambient = new Radiance();
    private final Radiance mirrored = new Radiance();
    /// What the last shading found: the strength of a mirror image on level ground.
    private double wetMirror;
    /// What the last shading found: how much of the sun and of the sky there is.
    private double sunShare;
    private double openShare;

    Painter(Triangles world, Camera camera, Weather weather, Textures textures, Size size) {
        this.world = world;
        this.camera = camera;
        this.weather = weather;
        this.lighting = new Lighting(world, weather, camera);
        this.sky = new Sky(weather);
        this.textures = textures;
        this.size = size;
    }

    Exposure paint(Visibility visibility) {
        Exposure exposure = new Exposure(size);
        int[] seen = new int[Visibility.SAMPLES * Visibility.SAMPLES];
        for (int y = 0; y < size.height(); y++) {
            for (int x = 0; x < size.width(); x++) {
                pixel(visibility, x, y, seen, exposure);
            }
        }
        return exposure;
    }

    private void pixel(Visibility visibility, int x, int y, int[] seen, Exposure exposure) {
        int samples = Visibility.SAMPLES;
        for (int i = 0; i < seen.length; i++) {
            seen[i] = visibility.triangle((y * samples + i / samples) * visibility.width() + x * samples + i % samples);
        }
        double red = 0;
        double green = 0;
        double blue = 0;
        double mirror = 0;
        double share = 1.0 / seen.length;
        unite(seen, visibility.inverseDepth(y * samples * visibility.width() + x * samples));
        for (int i = 0; i < seen.length; i++) {
            int triangle = seen[i];
            if (earlier(seen, i)) {
                continue;
            }
            double sumX = 0;
            double sumY = 0;
            int count = 0;
            for (int j = i; j < seen.length; j++) {
                if (seen[j] == triangle) {
                    sumX += j % samples + 0.5;
                    sumY += Math.floorDiv(j, samples) + 0.5;
                    count++;
                }
            }
            wetMirror = 0;
            shade(triangle, x + sumX / (samples * count), y + sumY / (samples * count));
            double weight = share * count;
            red += weight * light.red;
            green += weight * light.green;
            blue += weight * light.blue;
            mirror += weight * wetMirror;
        }
        exposure.set(y * size.width() + x, red, green, blue, mirror);
    }

    /// Far away one triangle stands for the others of its thing and material.
    private void unite(int[] seen, float inverseDepth) {
        if (inverseDepth > FAR) {
            return;
        }
        for (int i = 1; i < seen.length; i++) {
            for (int j = 0; j < i; j++) {
                if (seen[i] != seen[j] && seen[i] != Visibility.NOTHING && seen[j] != Visibility.NOTHING
                        && world.thing(seen[i]) == world.thing(seen[j]) && world.materialNumber(seen[i]) == world.materialNumber(seen[j])) {
                    seen[i] = seen[j];
                    break;
                }
            }
        }
    }

    private static boolean earlier(int[] seen, int index) {
        for (int i = 0; i < index; i++) {
            if (seen[i] == seen[index]) {
                return true;
            }
        }
        return false;
    }

    private void shade(int triangle, double pixelX, double pixelY) {
        double focal = camera.pixels(size);
        double side = (pixelX - 0.5 * size.width()) / focal;
        double rise = (0.5 * size.height() - pixelY) / focal;
        double rayX = camera.forward().x() + side * camera.right().x() + rise * camera.up().x();
        double rayY = camera.forward().y() + side * camera.right().y() + rise * camera.up().y();
        double rayZ = camera.forward().z() + side * camera.right().z() + rise * camera.up().z();
        double length = Math.sqrt(rayX * rayX + rayY * rayY + rayZ * rayZ);
        if (triangle == Visibility.NOTHING) {
            sky.look(rayX / length, rayY / length, rayZ / length, light);
            return;
        }
        surface(triangle, rayX, rayY, rayZ, length, focal);
    }

    private void surface(int triangle, double rayX, double rayY, double rayZ, double length, double focal) {
        double[] p = world.corners();
        int a = 9 * triangle;
        double edgeX = p[a + 3] - p[a];
        double edgeY = p[a + 4] - p[a + 1];
        double edgeZ = p[a + 5] - p[a + 2];
        double otherX = p[a + 6] - p[a];
        double otherY = p[a + 7] - p[a + 1];
        double otherZ = p[a + 8] - p[a + 2];
        double faceX = edgeY * otherZ - edgeZ * otherY;
        double faceY = edgeZ * otherX - edgeX * otherZ;
        double faceZ = edgeX * otherY - edgeY * otherX;
        double area = Math.sqrt(faceX * faceX + faceY * faceY + faceZ * faceZ);
        if (area == 0) {
            light.set(0, 0, 0);
            return;
        }
        faceX /= area;
        faceY /= area;
        faceZ /= area;
        Vector eye = camera.eye();
        double facing = faceX * rayX + faceY * rayY + faceZ * rayZ;
        double distance = (p[a] - eye.x()) * faceX + (p[a + 1] - eye.y()) * faceY + (p[a + 2] - eye.z()) * faceZ;
        double depth = Math.abs(facing) < 1e-9 ? 1 : Math.max(0.05, distance / facing);
        double x = eye.x() + depth * rayX;
        double y = eye.y() + depth * rayY;
        double z = eye.z() + depth * rayZ;
        // Barycentric shares of the corners, kept within the triangle: a mean of samples may lie beside it.
        double fromX = x - p[a];
        double fromY = y - p[a + 1];
        double fromZ = z - p[a + 2];
        double shareB = ((fromY * otherZ - fromZ * otherY) * faceX + (fromZ * otherX - fromX * otherZ) * faceY
                + (fromX * otherY - fromY * otherX) * faceZ) / area;
        double shareC = ((edgeY * fromZ - edgeZ * fromY) * faceX + (edgeZ * fromX - edgeX * fromZ) * faceY
                + (edgeX * fromY - edgeY * fromX) * faceZ) / area;
        shareB = Math.max(0, Math.min(1, shareB));
        shareC = Math.max(0, Math.min(1 - shareB, shareC));
        double shareA = 1 - shareB - shareC;
        float[] n = world.normals();
        double normalX = shareA * n[a] + shareB * n[a + 3] + shareC * n[a + 6];
        double normalY = shareA * n[a + 1] + shareB * n[a + 4] + shareC * n[a + 7];
        double normalZ = shareA * n[a + 2] + shareB * n[a + 5] + shareC * n[a + 8];
        double normalLength = Math.sqrt(normalX * normalX + normalY * normalY + normalZ * normalZ);
        if (normalLength < 1e-9) {
            normalX = faceX;
            normalY = faceY;
            normalZ = faceZ;
            normalLength = 1;
        }
        double sign = normalX * rayX + normalY * rayY + normalZ * rayZ > 0 ? -1 / normalLength : 1 / normalLength;
        normalX *= sign;
        normalY *= sign;
        normalZ *= sign;
        double slant = Math.max(0.12, Math.abs(facing) / length);
        double footprint = depth / focal / Math.sqrt(slant);
        Material material = world.material(triangle);
        textures.sample(material, x, y, z, faceX, faceY, faceZ, footprint, world.thing(triangle));
        lit(x, y, z, normalX, normalY, normalZ, rayX / length, rayY / length, rayZ / length);
        if (textures.gloss > 0) {
            gloss(material, x, y, z, normalX, normalY, normalZ, rayX / length, rayY / length, rayZ / length);
        }
        air(depth * length, rayX / length, rayY / length, rayZ / length);
    }

    private void lit(double x, double y, double z, double normalX, double normalY, double normalZ, double viewX, double viewY,
            double viewZ) {
        Vector sun = weather.towardsSun();
        Radiance colour = textures.colour;
        double open = lighting.sky(x, y, z, normalX, normalY, normalZ);
        sky.ambient(normalY, ambient);
        double soft = 0.13 + 0.87 * open;
        double cosine = normalX * sun.x() + normalY * sun.y() + normalZ * sun.z();
        double direct = Math.max(0, cosine);
        double through = textures.translucence;
        if (through > 0) {
            // Leaves let light through and have no single normal.
            double against = Math.max(0, viewX * sun.x() + viewY * sun.y() + viewZ * sun.z());
            direct = Noise.mix(direct, 0.3 + 0.25 * Math.max(0, cosine) + 0.5 * against * against, through);
        }
        if (direct > 0 && weather.sun().x() > 0) {
            direct *= lighting.sun(x, y, z, normalX, normalY, normalZ);
        }
        Vector shine = weather.sun();
        light.set(colour.red * (direct * shine.x() + soft * ambient.red + textures.emission),
                colour.green * (direct * shine.y() + soft * ambient.green + textures.emission),
                colour.blue * (direct * shine.z() + soft * ambient.blue + textures.emission));
        sunShare = direct;
        openShare = open;
    }

    private void gloss(Material material, double x, double y, double z, double normalX, double normalY, double normalZ, double viewX,
            double viewY, double viewZ) {
        double cosine = -(viewX * normalX + viewY * normalY + viewZ * normalZ);
        double grazing = 1 - Math.max(0, Math.min(1, cosine));
        double fresnel = textures.gloss + (1 - textures.gloss) * grazing * grazing * grazing * grazing * grazing;
        boolean ground = material.surface() == Surface.ASPHALT || material.surface() == Surface.PAVING
                || material.surface() == Surface.MARKING;
        if (ground) {
            wetMirror = Math.min(0.6, 3.6 * textures.gloss * (0.25 + fresnel));
            return;
        }
        double reflectX = viewX + 2 * cosine * normalX;
        double reflectY = viewY + 2 * cosine * normalY;
        double reflectZ = viewZ + 2 * cosine * normalZ;
        if (material.surface() == Surface.GLASS) {
            // Panes are never quite flat, and what they mirror is not either.
            reflectX += 0.16 * Noise.at(1.7 * x + y, 1.3 * z);
            reflectY += 0.14 * Noise.at(1.9 * x, 2.3 * y, 1.9 * z);
        }
        sky.mirror(reflectX, reflectY, reflectZ, mirrored);
        boolean dull = material.surface() == Surface.METAL;
        double share = (dull ? 0.5 : 1) * fresnel * (0.35 + 0.65 * openShare);
        light.mix(mirrored, Math.min(0.8, share));
        Vector sun = weather.towardsSun();
        double spot = Math.clamp(reflectX * sun.x() + reflectY * sun.y() + reflectZ * sun.z(), 0, 1);
        double spread = 1 + (dull ? 20 : 400) * (1 - spot);
        double glint = (dull ? 0.15 : 0.9) * Math.min(1, sunShare * 4) / (spread * spread);
        light.add(weather.sun(), glint);
    }

    private void air(double distance, double viewX, double viewY, double viewZ) {
        double share = 1 - StrictMath.exp(-distance / weather.haze());
        if (share > 0.003) {
            sky.clear(viewX, 0.02 + Math.max(0, viewY), viewZ, mirrored);
            light.mix(mirrored, 0.85 * share);
        }
    }
}
