package dev.maskforge;

import dev.maskforge.vision.ImageException;
import dev.maskforge.vision.ImageFile;
import dev.maskforge.vision.ImageLimits;
import dev.maskforge.vision.RgbImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;

/// Pictures by which int8 finds the ranges of values, and on which it is held against float32. They should be like those
/// that the model will see; the labels are not needed.
///
/// @param source   where they are from, for people
/// @param hash     of their bytes, by which what was measured is found again
/// @param pictures read when they are asked for
public record CalibrationPictures(String source, String hash, List<Supplier<RgbImage>> pictures) {
    /// Ranges settle after some tens of pictures; more take time and say little new.
    public static final int MOST = 32;

    public CalibrationPictures {
        pictures = List.copyOf(pictures);
        if (pictures.isEmpty()) {
            throw new IllegalArgumentException("calibration takes at least one picture");
        }
    }

    /// Pictures in memory.
    public static CalibrationPictures of(String source, List<RgbImage> pictures) {
        MessageDigest digest = sha256();
        for (RgbImage picture : pictures) {
            digest.update(ByteBuffer.allocate(2 * Integer.BYTES).putInt(picture.height()).putInt(picture.width()).flip());
            digest.update(picture.samples());
        }
        return new CalibrationPictures(source, HexFormat.of().formatHex(digest.digest()),
                pictures.stream().map(picture -> (Supplier<RgbImage>) () -> picture).toList());
    }

    /// Files, of which at most [#MOST] are taken, evenly.
    ///
    /// @throws ImageException if one cannot be read
    public static CalibrationPictures ofFiles(String source, List<Path> files, ImageLimits limits) {
        List<Path> taken = evenly(files);
        MessageDigest digest = sha256();
        for (Path file : taken) {
            try {
                digest.update(Files.readAllBytes(file));
            } catch (IOException e) {
                throw new ImageException("cannot read '" + file + "': " + e.getMessage() + "; name pictures that can be read", e);
            }
        }
        return new CalibrationPictures(source, HexFormat.of().formatHex(digest.digest()),
                taken.stream().map(file -> (Supplier<RgbImage>) () -> ImageFile.read(file, limits)).toList());
    }

    private static List<Path> evenly(List<Path> files) {
        int count = Math.min(MOST, files.size());
        List<Path> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(files.get((int) ((long) i * files.size() / count)));
        }
        return taken;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
