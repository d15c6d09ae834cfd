package dev.maskforge.engine.tensorrt.binding;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

/// A program that ends with a code of its own, and in which a destructor would abort.
final class EndsInside {
    static final int CODE = 7;

    private EndsInside() {
    }

    private static MemorySegment function(String name) {
        return Linker.nativeLinker().defaultLookup().find(name).orElseThrow();
    }

    /// Registers an abort, and ends.
    ///
    /// @param arguments whether a thread is `inside` the library, `outside`, or comes `late`
    @SuppressWarnings("restricted") // C's library
    public static void main(String[] arguments) throws Throwable {
        Linker linker = Linker.nativeLinker();
        int registered = (int) linker.downcallHandle(function("__cxa_atexit"), FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS))
                .invokeExact(function("abort"), MemorySegment.NULL, MemorySegment.NULL);
        EndOfProcess end = EndOfProcess.watched();
        CountDownLatch inside = new CountDownLatch(1);
        switch (arguments[0]) {
            case "inside" -> Thread.ofPlatform().daemon().start(() -> end.within(() -> sleep(inside)));
            case "late" -> {
                inside.countDown();
                Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> late(end)));
            }
            default -> inside.countDown();
        }
        inside.await();
        try (Arena arena = Arena.ofConfined()) {
            int written = (int) linker.downcallHandle(function("puts"), FunctionDescriptor.of(JAVA_INT, ADDRESS))
                    .invokeExact(arena.allocateFrom("in C's buffer"));
            System.exit(registered == 0 && written >= 0 ? CODE : 1);
        }
    }

    /// As a hook that closes an engine does, after that of the library has run.
    private static void late(EndOfProcess end) {
        try {
            Thread.sleep(500);
            end.within(() -> System.out.println("closed"));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void sleep(CountDownLatch inside) {
        inside.countDown();
        try {
            Thread.sleep(Long.MAX_VALUE);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
