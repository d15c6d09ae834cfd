package dev.maskforge.vision;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/// Reads pictures as the published models were given them: what Pillow's `convert("RGB")` makes of a file, turned as its
/// EXIF orientation says.
///
/// PNG, JPEG, TIFF, WebP, BMP and GIF, told by their first bytes, whatever the file is called; of several pictures in a file
/// the first. Alpha is dropped; of 16 bits the high byte counts; colour profiles are not applied. Files are hostile until
/// they are read: sizes are checked before memory is taken, only the parts that make pixels reach the decoder, and nothing
/// but [ImageException] comes out.
public final class ImageFile {
    private static final String PNG = "\u0089PNG\r\n\u001a\n";

    private ImageFile() {
    }

    /// The picture in a file, within [ImageLimits#DEFAULT].
    ///
    /// @throws ImageException if the file cannot be read or is no picture of these formats
    public static RgbImage read(Path path) {
        return read(path, ImageLimits.DEFAULT);
    }

    /// The picture in a file.
    ///
    /// @throws ImageException if the file cannot be read, is no picture of these formats, or exceeds the limits
    public static RgbImage read(Path path, ImageLimits limits) {
        requireReadableContent(path);
        return orRefused(path, () -> {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                return decode(new ImageSource(path, channel), limits);
            }
        });
    }

    /// The decoding of one file.
    interface Decoding<T> {
        T decode() throws IOException;
    }

    /// What a decoding gives, whatever it throws an [ImageException].
    static <T> T orRefused(Path path, Decoding<T> decoding) {
        try {
            return decoding.decode();
        } catch (ImageException refusal) {
            throw refusal;
        } catch (EOFException end) {
            throw ImageSource.refuse(path, "it is truncated", "copy it again from where it came", end);
        } catch (FileSystemException failure) {
            throw refusal(path, failure);
        } catch (IOException | RuntimeException damage) {
            throw ImageSource.refuse(path, "it is damaged (" + ImageSource.oneLine(damage) + ")", "copy it again from where it came",
                    damage);
        } catch (OutOfMemoryError shortage) {
            throw ImageSource.refuse(path, "it does not fit into memory", "give Java more (-Xmx) or make the picture smaller", shortage);
        } catch (StackOverflowError depth) {
            throw ImageSource.refuse(path, "it is damaged: its parts lie too deep within each other", "copy it again from where it came",
                    depth);
        }
    }

    /// Pipes and devices would block or never end, so they are refused before they are opened.
    static void requireReadableContent(Path path) {
        BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(path, BasicFileAttributes.class);
        } catch (IOException failure) {
            throw refusal(path, failure);
        }
        if (attributes.isDirectory()) {
            throw ImageSource.refuse(path, "it is a directory", "name a picture in it");
        }
        if (!attributes.isRegularFile()) {
            throw ImageSource.refuse(path, "it is a pipe or a device", "copy what it gives into a file");
        }
        if (attributes.size() == 0) {
            throw ImageSource.refuse(path, "it is empty", "copy it again from where it came");
        }
    }

    private static ImageException refusal(Path path, IOException failure) {
        return switch (failure) {
            case NoSuchFileException missing -> ImageSource.refuse(path, "there is no such file", "check its name", missing);
            case AccessDeniedException denied -> ImageSource.refuse(path, "its permissions forbid it", "chmod +r it", denied);
            default -> ImageSource.refuse(path, "the file system says \"" + ImageSource.oneLine(failure) + "\"", "check the path", failure);
        };
    }

    /// By its first bytes.
    static boolean isPng(ImageSource source) throws IOException {
        return startsWith(source.bytes(0, (int) Math.min(PNG.length(), source.size())), 0, PNG);
    }

    static RgbImage decode(ImageSource source, ImageLimits limits) throws IOException {
        byte[] start = source.bytes(0, (int) Math.min(16, source.size()));
        if (startsWith(start, 0, PNG)) {
            return PngDecoder.decode(source, limits);
        }
        if (startsWith(start, 0, "\u00ff\u00d8\u00ff")) {
            return JpegDecoder.decode(source, limits);
        }
        if (startsWith(start, 0, "II*\0") || startsWith(start, 0, "MM\0*")) {
            return TiffDecoder.decode(source, limits);
        }
        if (startsWith(start, 0, "RIFF") && startsWith(start, 8, "WEBP")) {
            return WebpDecoder.decode(source, limits);
        }
        if (startsWith(start, 0, "GIF87a") || startsWith(start, 0, "GIF89a")) {
            return GifDecoder.decode(source, limits);
        }
        if (startsWith(start, 0, "BM")) {
            return BmpDecoder.decode(source, limits);
        }
        throw source.refuse(description(start), "PNG, JPEG, TIFF, WebP, BMP and GIF are read: convert it to one of them");
    }

    private static String description(byte[] start) {
        if (startsWith(start, 0, "II+\0") || startsWith(start, 0, "MM\0+")) {
            return "it is a BigTIFF picture";
        }
        if (startsWith(start, 4, "ftyp")) {
            return "it is an AVIF or HEIC picture or a video";
        }
        return "it is no picture by its first bytes";
    }

    /// @param magic one character a byte
    static boolean startsWith(byte[] bytes, int offset, String magic) {
        if (bytes.length < offset + magic.length()) {
            return false;
        }
        for (int i = 0; i < magic.length(); i++) {
            if ((bytes[offset + i] & 0xff) != magic.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
