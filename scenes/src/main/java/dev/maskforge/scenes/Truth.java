package dev.maskforge.scenes;

import dev.maskforge.vision.Size;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What is seen in each pixel: what most of its samples see, of equals the nearest.
final class Truth {
    /// Of an object that can be counted at least this share of the picture must be seen, else it is left unlabeled: 20
    /// pixels of 256x512.
    private static final double LEAST_SHARE = 20.0 / (256 * 512);
    private static final int OBJECTS = 1000;

    /// An object: what things of a group and a category are together.
    private record Counted(Category category, int group) {}

    private final Visibility seen;
    private final Triangles triangles;
    private final Visibility outlined;
    private final Triangles outlines;
    private final int[] ids;
    private final int firstOutline;

    private Truth(World world, Triangles triangles, Visibility seen, Camera camera, Size size) {
        this.seen = seen;
        this.triangles = triangles;
        this.outlines = Triangles.of(world.outlines());
        this.outlined = Visibility.of(outlines, camera, size);
        List<Thing> things = new ArrayList<>(world.things());
        this.firstOutline = things.size();
        things.addAll(world.outlines());
        this.ids = ids(things);
    }

    /// The ids of all pixels, row by row, as [Scene] has them.
    static short[] of(World world, Triangles triangles, Visibility seen, Camera camera, Size size) {
        Truth truth = new Truth(world, triangles, seen, camera, size);
        short[] pixels = new short[size.height() * size.width()];
        int[] areas = new int[1 << 16];
        for (int y = 0; y < size.height(); y++) {
            for (int x = 0; x < size.width(); x++) {
                int id = truth.pixel(x, y);
                pixels[y * size.width() + x] = (short) id;
                areas[id]++;
            }
        }
        double least = LEAST_SHARE * pixels.length;
        for (int pixel = 0; pixel < pixels.length; pixel++) {
            int id = pixels[pixel] & 0xffff;
            if (id >= OBJECTS && areas[id] < least) {
                pixels[pixel] = (short) Category.UNLABELED.id();
            }
        }
        return pixels;
    }

    /// The id of each thing: objects that can be counted have numbers from 0, in the order in which they came.
    private static int[] ids(List<Thing> world) {
        int[] ids = new int[world.size()];
        EnumMap<Category, Integer> numbers = new EnumMap<>(Category.class);
        Map<Counted, Integer> known = new HashMap<>();
        for (int thing = 0; thing < ids.length; thing++) {
            Category category = world.get(thing).category();
            ids[thing] = category.isCounted()
                    ? known.computeIfAbsent(new Counted(category, world.get(thing).group()),
                            _ -> category.id() * OBJECTS + numbers.merge(category, 1, Integer::sum) - 1)
                    : category.id();
        }
        return ids;
    }

    private int pixel(int x, int y) {
        int samples = Visibility.SAMPLES;
        int first = y * samples * seen.width() + x * samples;
        int a = id(first);
        int b = id(first + 1);
        int c = id(first + seen.width());
        int d = id(first + seen.width() + 1);
        if (a == b && c == d && a == c) {
            return a;
        }
        int best = a;
        double bestScore = -1;
        for (int i = 0; i < samples * samples; i++) {
            int sample = first + i / samples * seen.width() + i % samples;
            int id = id(sample);
            int score = (a == id ? 1 : 0) + (b == id ? 1 : 0) + (c == id ? 1 : 0) + (d == id ? 1 : 0);
            // An inverse depth is at most 4: a share of it decides between equals.
            double total = score + 0.1 * seen.inverseDepth(sample);
            if (total > bestScore) {
                bestScore = total;
                best = id;
            }
        }
        return best;
    }

    private int id(int sample) {
        int outline = outlined.triangle(sample);
        if (outline != Visibility.NOTHING && outlined.inverseDepth(sample) > 0.999f * seen.inverseDepth(sample)) {
            return ids[firstOutline + outlines.thing(outline)];
        }
        int triangle = seen.triangle(sample);
        return triangle == Visibility.NOTHING ? Category.SKY.id() : ids[triangles.thing(triangle)];
    }
}
