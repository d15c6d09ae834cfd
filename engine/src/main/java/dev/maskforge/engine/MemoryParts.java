package dev.maskforge.engine;

import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;

/// Going through much memory in parts, by several threads: one core copies some 8 GB in a second, and memory has many times that.
///
/// The threads are the common pool's ([java.util.concurrent.ForkJoinPool#commonPool()]), so there are as few as the process may have.
public final class MemoryParts {
    /// From here on several threads are sooner done than one, although they must be woken.
    private static final long LEAST_BYTES = 1 << 19;
    /// Of whom it is asked whether they could touch a memory.
    private static final Thread OTHER = Thread.ofVirtual().unstarted(() -> {
    });

    private MemoryParts() {
    }

    /// Copies all of one memory to the beginning of another.
    ///
    /// @throws IndexOutOfBoundsException if there is not enough room
    public static void copy(MemorySegment from, MemorySegment to) {
        long bytes = from.byteSize();
        MemorySegment target = to.asSlice(0, bytes);
        int parts = count(bytes);
        of(parts, from, to).forEach(part -> {
            long begin = bytes * part / parts;
            long length = bytes * (part + 1) / parts - begin;
            MemorySegment.copy(from, begin, target, begin, length);
        });
    }

    /// How many parts so many bytes are worth, at least one.
    public static int count(long bytes) {
        return Math.clamp(bytes / LEAST_BYTES, 1, Runtime.getRuntime().availableProcessors());
    }

    /// The numbers of parts from 0 on, for several threads, or for the calling one if others may not touch a memory.
    public static IntStream of(int parts, MemorySegment... touched) {
        IntStream all = IntStream.range(0, parts);
        for (MemorySegment memory : touched) {
            if (!memory.isAccessibleBy(OTHER)) {
                return all;
            }
        }
        return parts > 1 ? all.parallel() : all;
    }
}
