package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.Cuda;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// A device in host memory, which does everything at once, counts what is held, and fails at a call that it is told.
final class StandInCuda implements Cuda {
    /// Before the names of calls that are written down for a graph.
    static final String CAPTURED = "captured ";

    private final Arena arena = Arena.ofShared();
    private final TreeMap<Long, MemorySegment> memory = new TreeMap<>();
    private final Set<Long> handles = new HashSet<>();
    private final List<String> calls = new ArrayList<>();
    private long next = 1;
    private int failing = -1;
    private boolean capturing;
    private List<Runnable> captured = new ArrayList<>();
    private final Set<Long> happened = new HashSet<>();
    private final Map<Long, List<Runnable>> graphs = new HashMap<>();

    /// Fails at the call of this number, counted from 0.
    void failAt(int call) {
        failing = call;
        calls.clear();
    }

    int callCount() {
        return calls.size();
    }

    List<String> calls() {
        return calls;
    }

    /// How much is held: memory, streams, events, graphs.
    int held() {
        return memory.size() + handles.size();
    }

    /// What lies from an address on, which may be within what was taken.
    MemorySegment at(long address) {
        Map.Entry<Long, MemorySegment> taken = memory.floorEntry(address);
        if (taken == null || address - taken.getKey() >= taken.getValue().byteSize()) {
            throw new IllegalStateException("nothing lies at " + address);
        }
        return taken.getValue().asSlice(address - taken.getKey());
    }

    boolean isCapturing() {
        return capturing;
    }

    /// Does the work of a kernel, or writes it down.
    void work(Runnable kernel) {
        if (capturing) {
            captured.add(kernel);
        } else {
            kernel.run();
        }
    }

    private void call(String name) {
        calls.add(capturing ? CAPTURED + name : name);
        if (calls.size() - 1 == failing) {
            throw new EngineException("CUDA fails at " + name + ", as asked");
        }
    }

    private long newHandle(String name) {
        call(name);
        long handle = next++;
        handles.add(handle);
        return handle;
    }

    /// A failing release has released, as CUDA's do.
    private void release(Set<Long> from, long handle, String name) {
        if (!from.remove(handle)) {
            throw new IllegalStateException(name + " of " + handle + ", which is not held");
        }
        call(name);
    }

    @Override
    public void useOnThisThread() {
        call("useOnThisThread");
    }

    @Override
    public long allocate(long bytes) {
        call("allocate");
        MemorySegment segment = arena.allocate(bytes);
        memory.put(segment.address(), segment);
        return segment.address();
    }

    @Override
    public void free(long address) {
        release(memory.keySet(), address, "free");
    }

    @Override
    public MemorySegment allocatePinned(long bytes) {
        call("allocatePinned");
        MemorySegment segment = arena.allocate(bytes);
        memory.put(segment.address(), segment);
        return segment;
    }

    @Override
    public void freePinned(MemorySegment pinned) {
        release(memory.keySet(), pinned.address(), "freePinned");
    }

    @Override
    public long newStream() {
        return newHandle("newStream");
    }

    @Override
    public void destroyStream(long stream) {
        release(handles, stream, "destroyStream");
    }

    @Override
    public void synchronize(long stream) {
        call("synchronize");
    }

    @Override
    public long newEvent() {
        return newHandle("newEvent");
    }

    @Override
    public void destroyEvent(long event) {
        release(handles, event, "destroyEvent");
    }

    @Override
    public void record(long event, long stream) {
        call("record");
        if (capturing) {
            throw new IllegalStateException("a plain mark does not become a part of the graph");
        }
        happened.add(event);
    }

    @Override
    public void recordInGraph(long event, long stream) {
        call("recordInGraph");
        if (!capturing) {
            throw new IllegalStateException("nothing is being captured");
        }
        captured.add(() -> happened.add(event));
    }

    @Override
    public boolean hasHappened(long event) {
        call("hasHappened");
        return happened.contains(event);
    }

    @Override
    public float milliseconds(long from, long to) {
        call("milliseconds");
        if (!happened.contains(from) || !happened.contains(to)) {
            throw new IllegalStateException("an event is read that has not happened");
        }
        return 0.25f;
    }

    @Override
    public void copyIn(MemorySegment host, long address, long stream) {
        call("copyIn");
        work(() -> at(address).asSlice(0, host.byteSize()).copyFrom(host));
    }

    @Override
    public void copyOut(long address, MemorySegment host, long stream) {
        call("copyOut");
        work(() -> host.copyFrom(at(address).asSlice(0, host.byteSize())));
    }

    @Override
    public void beginCapture(long stream) {
        call("beginCapture");
        capturing = true;
        captured = new ArrayList<>();
    }

    @Override
    public long endCapture(long stream) {
        capturing = false;
        long graph = newHandle("endCapture");
        graphs.put(graph, captured);
        return graph;
    }

    @Override
    public void launch(long graph, long stream) {
        call("launch");
        graphs.getOrDefault(graph, List.of()).forEach(Runnable::run);
    }

    @Override
    public void destroyGraph(long graph) {
        release(handles, graph, "destroyGraph");
        graphs.remove(graph);
    }

    @Override
    public long freeMemory() {
        call("freeMemory");
        return 1L << 30;
    }
}
