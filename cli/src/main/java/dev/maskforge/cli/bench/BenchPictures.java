package dev.maskforge.cli.bench;

import dev.maskforge.measure.Clock;
import dev.maskforge.measure.Latencies;
import dev.maskforge.scenes.StreetScenes;
import dev.maskforge.vision.ImageFile;
import dev.maskforge.vision.PixelMean;
import dev.maskforge.vision.Preprocessing;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.Size;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// The pictures that subjects are shown in turn.
///
/// @param source   where they come from
/// @param pictures at the network's size
/// @param decode   how long each file took to decode; empty if they are no files
public record BenchPictures(String source, List<Picture> pictures, Optional<Latencies> decode) {
    /// So many that no run sees what the caches still hold of the one before, and few enough to compare all of them.
    private static final int STANDARD = 4;

    /// A picture that fills the network's input.
    ///
    /// @param image   of the network's size
    /// @param content of its upper left part; what lies to the right and below is padding, and nobody is asked about it
    public record Picture(RgbImage image, Size content) {
        /// A picture that has the network's size already.
        static Picture whole(RgbImage image) {
            return new Picture(image, new Size(image.height(), image.width()));
        }

        /// As `segment --size` does it: fitted into the size by its own ratio, padded on the right and at the bottom with
        /// ImageNet's mean, here rounded to 8 bits.
        static Picture fitted(RgbImage picture, Size size) {
            RgbImage fitted = new Preprocessing(new ResizeRule.FitInside(size.height(), size.width()), 1, PixelMean.IMAGENET)
                    .resized(picture);
            byte[] samples = new byte[Math.multiplyExact(3, Math.multiplyExact(size.height(), size.width()))];
            byte[] mean = {rounded(PixelMean.IMAGENET.red()), rounded(PixelMean.IMAGENET.green()), rounded(PixelMean.IMAGENET.blue())};
            for (int at = 0; at < samples.length; at++) {
                samples[at] = mean[at % 3];
            }
            for (int y = 0; y < fitted.height(); y++) {
                System.arraycopy(fitted.samples(), 3 * y * fitted.width(), samples, 3 * y * size.width(), 3 * fitted.width());
            }
            return new Picture(RgbImage.ofRgb(samples, size.height(), size.width()), new Size(fitted.height(), fitted.width()));
        }

        private static byte rounded(float sample) {
            return (byte) Math.round(sample);
        }
    }

    public BenchPictures {
        pictures = List.copyOf(pictures);
    }

    /// Streets that are made up, the same on every machine.
    public static BenchPictures standard(Size size) {
        return new BenchPictures("street scenes 1 to " + STANDARD,
                IntStream.rangeClosed(1, STANDARD).mapToObj(seed -> Picture.whole(StreetScenes.generate(seed, size).image())).toList(),
                Optional.empty());
    }

    /// Of files, each fitted into the size. Files are decoded one by one behind a first time that does not count, since it
    /// loads classes.
    ///
    /// @throws dev.maskforge.vision.ImageException if one cannot be read
    public static BenchPictures of(Path folder, List<Path> files, Size size, Clock clock) {
        ImageFile.read(files.getFirst());
        List<Picture> pictures = new ArrayList<>();
        long[] nanoseconds = new long[files.size()];
        for (int i = 0; i < files.size(); i++) {
            long start = clock.nanoseconds();
            RgbImage image = ImageFile.read(files.get(i));
            nanoseconds[i] = clock.nanoseconds() - start;
            pictures.add(Picture.fitted(image, size));
        }
        return new BenchPictures(folder.toString(), pictures, Optional.of(Latencies.ofNanoseconds(nanoseconds)));
    }

    /// How many there are.
    int count() {
        return pictures.size();
    }

    /// The pictures of a run, from the one of its number on.
    List<RgbImage> inTurn(int run, int batch) {
        return IntStream.range(run, run + batch).mapToObj(at -> pictures.get(Math.floorMod(at, pictures.size())).image()).toList();
    }
}
