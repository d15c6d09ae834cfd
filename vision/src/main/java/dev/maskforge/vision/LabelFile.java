package dev.maskforge.vision;

import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Reads pictures whose samples are numbers and not brightness: label ids, instance ids. They are PNG files with one
/// channel of at most 16 bits, or with a palette, whose indices count. Files are hostile until they are read, as for
/// [ImageFile].
public final class LabelFile {
    private LabelFile() {
    }

    /// The numbers in a file, within [ImageLimits#DEFAULT].
    ///
    /// @throws ImageException if the file cannot be read, or is no PNG of one channel
    public static LabelMap read(Path path) {
        return read(path, ImageLimits.DEFAULT);
    }

    /// The numbers in a file: 8 bits each, or 16 where the file has as many.
    ///
    /// @throws ImageException if the file cannot be read, is no PNG of one channel, or exceeds the limits
    public static LabelMap read(Path path, ImageLimits limits) {
        ImageFile.requireReadableContent(path);
        return ImageFile.orRefused(path, () -> {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                ImageSource source = new ImageSource(path, channel);
                if (!ImageFile.isPng(source)) {
                    throw source.refuse("it is no PNG, and other formats do not keep numbers", "save it as a grey PNG of 8 or 16 bits");
                }
                return PngDecoder.decodeSamples(source, limits);
            }
        });
    }
}
