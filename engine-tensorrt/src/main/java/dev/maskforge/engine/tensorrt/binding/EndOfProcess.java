package dev.maskforge.engine.tensorrt.binding;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.function.Supplier;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

/// Keeps the process's end apart from what goes on inside a library of C++.
///
/// At its end the virtual machine calls C's `exit`, which destroys the library's static objects; a thread that is inside the
/// library by then, in a build that was not waited for, reads what is gone and falls. No thread can be called back from
/// there, so if one is inside when the process ends, the destructors are left out: `exit` calls what was registered last
/// first, and what is registered here ends the process with its own exit code, once C's buffers are written.
final class EndOfProcess {
    private static final System.Logger LOGGER = System.getLogger(EndOfProcess.class.getName());

    private int inside;
    private boolean ending;
    private boolean isLeftOut;

    private EndOfProcess() {
    }

    /// From when it is made, which should be before the library is used, to the process's end.
    static EndOfProcess watched() {
        EndOfProcess end = new EndOfProcess();
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("maskforge-end-of-process").unstarted(end::come));
        return end;
    }

    /// Does something inside the library. Who comes while the process is ending, such as a hook that closes what it opened, is
    /// let in, and keeps the destructors out as well.
    <T> T within(Supplier<T> call) {
        enter();
        try {
            return call.get();
        } finally {
            leave();
        }
    }

    /// The same without an answer.
    void within(Runnable call) {
        enter();
        try {
            call.run();
        } finally {
            leave();
        }
    }

    private synchronized void enter() {
        inside++;
        if (ending) {
            leaveOutDestructors();
        }
    }

    private synchronized void leave() {
        inside--;
    }

    private synchronized void come() {
        ending = true;
        if (inside > 0) {
            leaveOutDestructors();
        }
    }

    /// Registers `_exit`, which `exit` hands its code, and, to be called before it, `fflush` for all of C's files.
    @SuppressWarnings("restricted") // C's library
    private void leaveOutDestructors() {
        if (isLeftOut) {
            return;
        }
        isLeftOut = true;
        Linker linker = Linker.nativeLinker();
        SymbolLookup library = linker.defaultLookup();
        Optional<MemorySegment> onExit = library.find("on_exit");
        Optional<MemorySegment> atExit = library.find("__cxa_atexit");
        Optional<MemorySegment> leave = library.find("_exit");
        Optional<MemorySegment> flush = library.find("fflush");
        if (onExit.isEmpty() || atExit.isEmpty() || leave.isEmpty() || flush.isEmpty()) {
            LOGGER.log(System.Logger.Level.DEBUG, "this C library does not let destructors be left out");
            return;
        }
        MethodHandle withCode = linker.downcallHandle(onExit.get(), FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
        MethodHandle withArgument = linker.downcallHandle(atExit.get(), FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS));
        try {
            int first = (int) withCode.invokeExact(leave.get(), MemorySegment.NULL);
            int second = (int) withArgument.invokeExact(flush.get(), MemorySegment.NULL, MemorySegment.NULL);
            LOGGER.log(System.Logger.Level.DEBUG, "the process ends during a call; destructors are left out: " + first + ", " + second);
        } catch (Throwable e) {
            LOGGER.log(System.Logger.Level.DEBUG, "destructors cannot be left out", e);
        }
    }
}
