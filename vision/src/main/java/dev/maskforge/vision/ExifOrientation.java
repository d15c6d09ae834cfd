package dev.maskforge.vision;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The EXIF tag that says how a camera was held: 1 to 8, as in the TIFF 6.0 and EXIF 2.3 specifications. 1 is upright.
final class ExifOrientation {
    static final int UPRIGHT = 1;
    private static final int TAG = 0x0112;
    private static final int SHORT = 3;
    private static final int LONG = 4;
    private static final int ENTRY_BYTES = 12;

    private ExifOrientation() {
    }

    /// The orientation in an EXIF block, or upright if it has none, or none that makes sense. Only the first directory is
    /// looked at, and each entry once.
    ///
    /// @param exif a TIFF header and what follows
    static int read(byte[] exif) {
        if (exif.length < 8 || exif[0] != exif[1] || exif[0] != 'I' && exif[0] != 'M') {
            return UPRIGHT;
        }
        ByteBuffer tiff = ByteBuffer.wrap(exif).order(exif[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        long directory = tiff.getInt(4) & 0xffffffffL;
        if (tiff.getShort(2) != 42 || directory + 2 > exif.length) {
            return UPRIGHT;
        }
        int entries = tiff.getShort((int) directory) & 0xffff;
        for (int i = 0; i < entries; i++) {
            long entry = directory + 2 + (long) i * ENTRY_BYTES;
            if (entry + ENTRY_BYTES > exif.length) {
                return UPRIGHT;
            }
            int at = (int) entry;
            if ((tiff.getShort(at) & 0xffff) == TAG) {
                int value = switch (tiff.getShort(at + 2)) {
                    case SHORT -> tiff.getShort(at + 8) & 0xffff;
                    case LONG -> tiff.getInt(at + 8);
                    default -> UPRIGHT;
                };
                return value >= 1 && value <= 8 ? value : UPRIGHT;
            }
        }
        return UPRIGHT;
    }

    /// The picture turned upright.
    static RgbImage apply(int orientation, RgbImage image) {
        int height = image.height();
        int width = image.width();
        int last = height * width - 1;
        return switch (orientation) {
            case 2 -> gather(image, height, width, width - 1, width, -1);
            case 3 -> gather(image, height, width, last, -width, -1);
            case 4 -> gather(image, height, width, last - width + 1, -width, 1);
            case 5 -> gather(image, width, height, 0, 1, width);
            case 6 -> gather(image, width, height, last - width + 1, 1, -width);
            case 7 -> gather(image, width, height, last, -1, -width);
            case 8 -> gather(image, width, height, width - 1, -1, width);
            default -> image;
        };
    }

    /// Pixel (y, x) of the result is pixel `origin + y * rowStep + x * columnStep` of the picture.
    private static RgbImage gather(RgbImage image, int height, int width, int origin, int rowStep, int columnStep) {
        byte[] source = image.samples();
        byte[] target = new byte[source.length];
        int at = 0;
        for (int y = 0; y < height; y++) {
            int from = 3 * (origin + y * rowStep);
            for (int x = 0; x < width; x++, at += 3, from += 3 * columnStep) {
                target[at] = source[from];
                target[at + 1] = source[from + 1];
                target[at + 2] = source[from + 2];
            }
        }
        return RgbImage.ofRgb(target, height, width);
    }
}
