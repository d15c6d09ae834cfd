package dev.maskforge.vision;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import javax.imageio.stream.ImageInputStreamImpl;

/// What a decoder of the JDK gets to see: chosen ranges of a file and bytes of our own, one after the other. Nothing is
/// copied or cached, in memory or in a temporary file.
final class SlicedImageInputStream extends ImageInputStreamImpl {
    private final ImageSource source;
    private final List<Slice> slices;
    private final long length;
    private int current;

    /// @param start where in this stream the slice begins
    private record Slice(long start, long length, Bytes bytes) {}

    private sealed interface Bytes {
    }

    private record OfFile(long position) implements Bytes {}

    private static final class OfMemory implements Bytes {
        final byte[] bytes;

        OfMemory(byte[] bytes) {
            this.bytes = bytes;
        }
    }

    /// What no sound file has a decoder read.
    private static final class Beyond implements Bytes {
        private static IOException error() {
            return new IOException("its data end before the picture");
        }
    }

    private SlicedImageInputStream(ImageSource source, List<Slice> slices, long length) {
        this.source = source;
        this.slices = slices;
        this.length = length;
    }

    static final class Builder {
        private final List<Slice> slices = new ArrayList<>();
        private long length;

        Builder add(byte[] bytes) {
            return add(bytes.length, new OfMemory(bytes));
        }

        /// The bytes of the file from `from` (inclusive) to `to` (exclusive).
        Builder add(long from, long to) {
            return add(to - from, new OfFile(from));
        }

        /// Makes reading any further an error: some decoders take the end for zeros without end.
        Builder addGuard() {
            return add(Long.MAX_VALUE - length, new Beyond());
        }

        private Builder add(long count, Bytes bytes) {
            if (count > 0) {
                slices.add(new Slice(length, count, bytes));
                length += count;
            }
            return this;
        }

        /// All slices of another stream of the same file.
        Builder addAll(Builder other) {
            for (Slice slice : other.slices) {
                add(slice.length(), slice.bytes());
            }
            return this;
        }

        int count() {
            return slices.size();
        }

        SlicedImageInputStream build(ImageSource source) {
            return new SlicedImageInputStream(source, List.copyOf(slices), length);
        }
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public int read() throws IOException {
        bitOffset = 0;
        if (streamPos >= length) {
            return -1;
        }
        Slice slice = sliceAt(streamPos);
        long at = streamPos - slice.start();
        streamPos++;
        return switch (slice.bytes()) {
            case OfFile file -> source.unsignedByte(file.position() + at);
            case OfMemory memory -> memory.bytes[(int) at] & 0xff;
            case Beyond _ -> throw Beyond.error();
        };
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
        bitOffset = 0;
        if (count == 0) {
            return 0;
        }
        if (streamPos >= length) {
            return -1;
        }
        // As much as there is, over the borders of slices: the JDK's readInt takes less for the end.
        int copied = 0;
        while (copied < count && streamPos < length) {
            copied += copy(target, offset + copied, count - copied);
        }
        return copied;
    }

    private int copy(byte[] target, int offset, int count) throws IOException {
        Slice slice = sliceAt(streamPos);
        long at = streamPos - slice.start();
        int copied = (int) Math.min(count, slice.length() - at);
        switch (slice.bytes()) {
            case OfFile file -> source.copy(file.position() + at, target, offset, copied);
            case OfMemory memory -> System.arraycopy(memory.bytes, (int) at, target, offset, copied);
            case Beyond _ -> throw Beyond.error();
        }
        streamPos += copied;
        return copied;
    }

    /// Reads go forward as a rule, so the search starts where the last one ended.
    private Slice sliceAt(long position) {
        while (position < slices.get(current).start()) {
            current--;
        }
        while (position >= slices.get(current).start() + slices.get(current).length()) {
            current++;
        }
        return slices.get(current);
    }
}
