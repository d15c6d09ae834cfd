package dev.maskforge.engine.tensorrt;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Memory that this process has outside of its heap, on Linux with glibc. What malloc has been given back it keeps in its pools, one
/// for some threads each, whole or in part, so that what is resident goes up and down by some 10 MiB where nothing is left behind.
final class NativeMemory {
    private static final Linker LINKER = Linker.nativeLinker();
    /// Pages of all pools that nobody uses go back to the system.
    private static final Optional<MethodHandle> MALLOC_TRIM = function("malloc_trim",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
    private static final long MAPPED = 4;
    private static final long USED = 7;
    /// Ten size_t (glibc's malloc.h), of all pools: hblkhd is the fifth, what has pages of its own, uordblks the eighth, the rest that
    /// is used.
    private static final Optional<MethodHandle> MALLINFO2 = function("mallinfo2",
            FunctionDescriptor.of(MemoryLayout.structLayout(MemoryLayout.sequenceLayout(10, ValueLayout.JAVA_LONG))));

    private NativeMemory() {
    }

    @SuppressWarnings("restricted") // C's library
    private static Optional<MethodHandle> function(String name, FunctionDescriptor descriptor) {
        return LINKER.defaultLookup().find(name).map(address -> LINKER.downcallHandle(address, descriptor));
    }

    /// What the process has in memory (VmRSS), after what nobody uses has gone back, in bytes.
    static long residentBytes() throws IOException {
        System.gc();
        MALLOC_TRIM.ifPresent(trim -> {
            try {
                int _ = (int) trim.invokeExact(0L);
            } catch (Throwable failure) {
                throw new IllegalStateException("malloc_trim failed", failure);
            }
        });
        String line = Files.readAllLines(Path.of("/proc/self/status")).stream().filter(each -> each.startsWith("VmRSS:")).findFirst()
                .orElseThrow();
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
    }

    /// What was asked of malloc and has not been given back, in bytes; nothing where the C library does not tell.
    static Optional<Long> mallocBytes() {
        return MALLINFO2.map(mallinfo2 -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment all = (MemorySegment) mallinfo2.invokeExact((SegmentAllocator) arena);
                return all.getAtIndex(ValueLayout.JAVA_LONG, MAPPED) + all.getAtIndex(ValueLayout.JAVA_LONG, USED);
            } catch (Throwable failure) {
                throw new IllegalStateException("mallinfo2 failed", failure);
            }
        });
    }
}
