package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.tensorrt.cuda.Cuda;
import java.lang.foreign.MemorySegment;

/// CUDA with an [Injection] before it. What takes something fails before it has it; what gives something back fails
/// afterwards, as CUDA's own calls do.
record InjectedCuda(Cuda cuda, Injection injection) implements Cuda {
    private static final String MEMORY = "device memory";
    private static final String PINNED = "pinned memory";
    private static final String STREAM = "stream";
    private static final String EVENT = "event";
    private static final String GRAPH = "graph";

    private void release(String name, String kind, Runnable call) {
        call.run();
        injection.released(kind);
        injection.call(name);
    }

    private <T> T taken(String kind, T handle) {
        injection.taken(kind);
        return handle;
    }

    @Override
    public void useOnThisThread() {
        injection.call("useOnThisThread");
        cuda.useOnThisThread();
    }

    @Override
    public long allocate(long bytes) {
        injection.call("allocate");
        return taken(MEMORY, cuda.allocate(bytes));
    }

    @Override
    public void free(long address) {
        release("free", MEMORY, () -> cuda.free(address));
    }

    @Override
    public MemorySegment allocatePinned(long bytes) {
        injection.call("allocatePinned");
        return taken(PINNED, cuda.allocatePinned(bytes));
    }

    @Override
    public void freePinned(MemorySegment memory) {
        release("freePinned", PINNED, () -> cuda.freePinned(memory));
    }

    @Override
    public long newStream() {
        injection.call("newStream");
        return taken(STREAM, cuda.newStream());
    }

    @Override
    public void destroyStream(long stream) {
        release("destroyStream", STREAM, () -> cuda.destroyStream(stream));
    }

    @Override
    public void synchronize(long stream) {
        // Waiting that fails has not waited; but what is given back next is not to be in use.
        cuda.synchronize(stream);
        injection.call("synchronize");
    }

    @Override
    public long newEvent() {
        injection.call("newEvent");
        return taken(EVENT, cuda.newEvent());
    }

    @Override
    public void destroyEvent(long event) {
        release("destroyEvent", EVENT, () -> cuda.destroyEvent(event));
    }

    @Override
    public void record(long event, long stream) {
        injection.call("record");
        cuda.record(event, stream);
    }

    @Override
    public void recordInGraph(long event, long stream) {
        injection.call("recordInGraph");
        cuda.recordInGraph(event, stream);
    }

    /// Counts once for each time that it has happened: how often it is asked for depends on the device.
    @Override
    public boolean hasHappened(long event) {
        if (!cuda.hasHappened(event)) {
            return false;
        }
        injection.call("hasHappened");
        return true;
    }

    @Override
    public float milliseconds(long from, long to) {
        injection.call("milliseconds");
        return cuda.milliseconds(from, to);
    }

    @Override
    public void copyIn(MemorySegment host, long address, long stream) {
        injection.call("copyIn");
        cuda.copyIn(host, address, stream);
    }

    @Override
    public void copyOut(long address, MemorySegment host, long stream) {
        injection.call("copyOut");
        cuda.copyOut(address, host, stream);
    }

    @Override
    public void beginCapture(long stream) {
        injection.call("beginCapture");
        cuda.beginCapture(stream);
    }

    /// Failing ends the capture too.
    @Override
    public long endCapture(long stream) {
        long graph = cuda.endCapture(stream);
        try {
            injection.call("endCapture");
        } catch (RuntimeException e) {
            cuda.destroyGraph(graph);
            throw e;
        }
        return taken(GRAPH, graph);
    }

    @Override
    public void launch(long graph, long stream) {
        injection.call("launch");
        cuda.launch(graph, stream);
    }

    @Override
    public void destroyGraph(long graph) {
        release("destroyGraph", GRAPH, () -> cuda.destroyGraph(graph));
    }

    @Override
    public long freeMemory() {
        injection.call("freeMemory");
        return cuda.freeMemory();
    }
}
