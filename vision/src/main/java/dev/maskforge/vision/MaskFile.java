package dev.maskforge.vision;

import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Reads masks, which are pictures of any kind that [ImageFile] reads: a pixel belongs unless it is black, as cityscapesScripts
/// has it (`evalInstanceLevelSemanticLabeling.py`), which asks Pillow's `convert("L")` for other numbers than 0. So of a palette
/// the colours count and not the indices, of red, green and blue the luminance of [Mask#ofLuminance(RgbImage)], and alpha does
/// not. Of 16 bits of grey both bytes count. Files are hostile until they are read, as for [ImageFile].
public final class MaskFile {
    private MaskFile() {
    }

    /// The mask in a file, within [ImageLimits#DEFAULT]. A PNG is taken as it lies, whatever orientation EXIF tells; pictures
    /// of other formats are turned as [ImageFile] turns them.
    ///
    /// @throws ImageException if the file cannot be read, or is no picture
    public static Mask read(Path path) {
        ImageFile.requireReadableContent(path);
        return ImageFile.orRefused(path, () -> {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                ImageSource source = new ImageSource(path, channel);
                return ImageFile.isPng(source)
                        ? PngDecoder.decodeMask(source, ImageLimits.DEFAULT)
                        : Mask.ofLuminance(ImageFile.decode(source, ImageLimits.DEFAULT));
            }
        });
    }
}
