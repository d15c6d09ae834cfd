package dev.maskforge.vision;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/// The bytes of a picture's file at any position, through one small buffer, and the refusals that name the file.
final class ImageSource {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int LONGEST_DETAIL = 200;

    private final Path path;
    private final FileChannel channel;
    private final long size;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).limit(0);
    private long bufferStart;

    ImageSource(Path path, FileChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        this.size = channel.size();
    }

    Path path() {
        return path;
    }

    long size() {
        return size;
    }

    /// @throws EOFException past the end
    int unsignedByte(long position) throws IOException {
        if (position < bufferStart || position >= bufferStart + buffer.limit()) {
            fill(position);
        }
        return buffer.get((int) (position - bufferStart)) & 0xff;
    }

    /// Big-endian, as in PNG and JPEG.
    int unsignedShort(long position) throws IOException {
        return unsignedByte(position) << 8 | unsignedByte(position + 1);
    }

    /// Big-endian, as in PNG.
    long unsignedInt(long position) throws IOException {
        return (long) unsignedShort(position) << 16 | unsignedShort(position + 2);
    }

    /// Little-endian, as in BMP, GIF and WebP.
    int littleEndianShort(long position) throws IOException {
        return unsignedByte(position) | unsignedByte(position + 1) << 8;
    }

    /// Little-endian, as in BMP and WebP.
    long littleEndianInt(long position) throws IOException {
        return littleEndianShort(position) | (long) littleEndianShort(position + 2) << 16;
    }

    byte[] bytes(long position, int length) throws IOException {
        byte[] bytes = new byte[length];
        copy(position, bytes, 0, length);
        return bytes;
    }

    void copy(long position, byte[] target, int offset, int length) throws IOException {
        for (int copied = 0; copied < length;) {
            unsignedByte(position + copied);
            int at = (int) (position + copied - bufferStart);
            int count = Math.min(length - copied, buffer.limit() - at);
            buffer.get(at, target, offset + copied, count);
            copied += count;
        }
    }

    private void fill(long position) throws IOException {
        bufferStart = position;
        buffer.clear();
        int read = channel.read(buffer, position);
        buffer.limit(Math.max(0, read));
        if (read <= 0) {
            throw new EOFException("the file ends at byte " + size);
        }
    }

    /// Checks what a file says of its size, before memory is taken.
    void requireSize(long height, long width, ImageLimits limits) {
        if (height < 1 || width < 1) {
            throw refuse("it says it has " + height + "x" + width + " pixels", "copy it again from where it came");
        }
        if (height > limits.maximumPixels() / width) {
            throw refuse("it says it has " + height + "x" + width + " pixels, more than " + limits.maximumPixels(),
                    "raise the limit with --max-pixels if you trust it");
        }
        if (3 * height * width > Integer.MAX_VALUE - 8) {
            throw refuse("its " + height + "x" + width + " pixels exceed what one array holds", "make it smaller");
        }
    }

    /// Checks that there is as much data as pixels need, before memory is taken.
    ///
    /// @param bytes what there is of them
    /// @param mostPixelsPerByte what the format's compression makes of a byte at most
    void requireData(long bytes, long mostPixelsPerByte, long height, long width) {
        if (bytes < Math.ceilDiv(height * width, mostPixelsPerByte)) {
            throw refuse("its " + bytes + " bytes of data are too few for " + height + "x" + width + " pixels",
                    "copy it again from where it came");
        }
    }

    /// Checks that a range is within the file.
    void requireRange(long position, long length) {
        if (position > size || length > size - position) {
            throw refuse("it is truncated: its data end at byte " + (position + length) + " of " + size,
                    "copy it again from where it came");
        }
    }

    ImageException damaged(String what) {
        return refuse("it is damaged: " + what, "copy it again from where it came");
    }

    ImageException unsupported(String what) {
        return refuse(what + ", which is not read", "convert it to PNG");
    }

    ImageException refuse(String what, String cure) {
        return refuse(path, what, cure);
    }

    static ImageException refuse(Path path, String what, String cure) {
        return new ImageException("cannot read picture '" + oneLine(path.toString()) + "': " + what + "; " + cure);
    }

    static ImageException refuse(Path path, String what, String cure, Throwable cause) {
        return new ImageException("cannot read picture '" + oneLine(path.toString()) + "': " + what + "; " + cure, cause);
    }

    /// What a failure says, fit for a message of one line that names the file itself.
    static String oneLine(Throwable failure) {
        String message = failure instanceof FileSystemException ofFile ? ofFile.getReason() : failure.getMessage();
        String text = message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
        String line = oneLine(text);
        return line.length() <= LONGEST_DETAIL ? line : line.substring(0, LONGEST_DETAIL) + "…";
    }

    static String oneLine(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
