package dev.maskforge;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Optional;

/// Where the pictures of a session's runs lie. What is allocated takes the place of what was allocated before, and holds what
/// was there.
///
/// Any thread may read it, so that an engine's own share the work of copying it. To free such memory takes a word with all
/// threads of the JVM, and fresh memory is slow when it is first written: so it is kept from run to run, and grows.
final class PictureMemory implements SegmentAllocator, AutoCloseable {
    private record Held(Arena arena, MemorySegment memory) {
        @SuppressWarnings("MustBeClosedChecker") // the picture memory closes it
        static Held of(long bytes, long alignment) {
            Arena arena = Arena.ofShared();
            try {
                return new Held(arena, arena.allocate(bytes, alignment));
            } catch (RuntimeException | Error e) {
                arena.close();
                throw e;
            }
        }

        boolean fits(long bytes, long alignment) {
            return memory.byteSize() >= bytes && memory.maxByteAlignment() >= alignment;
        }
    }

    private Optional<Held> held = Optional.empty();

    @Override
    public MemorySegment allocate(long bytes, long alignment) {
        if (held.filter(present -> present.fits(bytes, alignment)).isEmpty()) {
            close();
            held = Optional.of(Held.of(bytes, alignment));
        }
        return held.orElseThrow().memory().asSlice(0, bytes, alignment);
    }

    /// Frees it.
    @Override
    public void close() {
        Optional<Held> old = held;
        held = Optional.empty();
        old.ifPresent(present -> present.arena().close());
    }
}
