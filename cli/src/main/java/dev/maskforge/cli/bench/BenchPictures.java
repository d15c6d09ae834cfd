package dev.maskforge.cli.bench;

import dev.maskforge.measure.Clock;
import dev.maskforge.measure.Latencies;
import dev.maskforge.scenes.StreetScenes;
import dev.maskforge.vision.ImageFile;
import dev.maskforge.vision.PillowBilinear;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.Size;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// The pictures that subjects are shown in turn.
///
/// @param source where they come from
/// @param images at the network's size
/// @param decode how long each file took to decode; empty if they are no files
public record BenchPictures(String source, List<RgbImage> images, Optional<Latencies> decode) {
    /// So many that no run sees what the caches still hold of the one before, and few enough to compare all of them.
    private static final int STANDARD = 4;

    public BenchPictures {
        images = List.copyOf(images);
    }

    /// Streets that are made up, the same on every machine.
    public static BenchPictures standard(Size size) {
        return new BenchPictures("street scenes 1 to " + STANDARD,
                IntStream.rangeClosed(1, STANDARD).mapToObj(seed -> StreetScenes.generate(seed, size).image()).toList(), Optional.empty());
    }

    /// Of files, each brought to the size. Files are decoded one by one behind a first time that does not count, since it
    /// loads classes.
    ///
    /// @throws dev.maskforge.vision.ImageException if one cannot be read
    public static BenchPictures of(Path folder, List<Path> files, Size size, Clock clock) {
        ImageFile.read(files.getFirst());
        List<RgbImage> images = new ArrayList<>();
        long[] nanoseconds = new long[files.size()];
        for (int i = 0; i < files.size(); i++) {
            long start = clock.nanoseconds();
            RgbImage image = ImageFile.read(files.get(i));
            nanoseconds[i] = clock.nanoseconds() - start;
            images.add(PillowBilinear.resize(image, size.height(), size.width()));
        }
        return new BenchPictures(folder.toString(), images, Optional.of(Latencies.ofNanoseconds(nanoseconds)));
    }

    /// The picture of a run.
    RgbImage inTurn(int run) {
        return images.get(Math.floorMod(run, images.size()));
    }
}
