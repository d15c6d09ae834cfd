package dev.maskforge.engine.tensorrt.cuda;

import java.lang.foreign.MemorySegment;

/// CUDA on one device: everything that Maskforge itself asks of it, so that tests can stand in for it and make each call
/// fail. Handles and device addresses are numbers; who makes one gives it back by the method beside.
///
/// Every method throws [dev.maskforge.engine.EngineException], one line, if CUDA refuses.
public interface Cuda {
    /// Makes the device the calling thread's. To be called on a thread before the others; costs next to nothing.
    void useOnThisThread();

    /// Takes device memory.
    ///
    /// @param bytes at least 1
    /// @return its address, aligned to 256 bytes
    long allocate(long bytes);

    void free(long address);

    /// Takes host memory that the device can copy from and to without the processor.
    MemorySegment allocatePinned(long bytes);

    void freePinned(MemorySegment memory);

    /// Makes a stream: a queue of work that runs in order, beside other streams.
    long newStream();

    void destroyStream(long stream);

    /// Waits until the stream has nothing left to do, and reports what failed in it.
    void synchronize(long stream);

    /// Makes an event: a mark in a stream whose time can be read.
    long newEvent();

    void destroyEvent(long event);

    /// Puts the mark behind what the stream has to do.
    void record(long event, long stream);

    /// Makes the mark a part of what is being captured: each time the graph comes to it, the event has happened anew. What it
    /// said last stays until then, so it is of no use for waiting.
    void recordInGraph(long event, long stream);

    /// Whether the stream has come to where the event was last recorded.
    boolean hasHappened(long event);

    /// The time between two events that have happened.
    float milliseconds(long from, long to);

    /// Copies to the device when the stream comes to it. Pinned memory must stay as it is until then.
    void copyIn(MemorySegment host, long address, long stream);

    /// Copies from the device when the stream comes to it.
    void copyOut(long address, MemorySegment host, long stream);

    /// From here on the stream's work is written down instead of done.
    void beginCapture(long stream);

    /// Makes a graph of what was written down, ready to be [launched][#launch(long, long)].
    long endCapture(long stream);

    /// Puts the whole graph behind what the stream has to do.
    void launch(long graph, long stream);

    void destroyGraph(long graph);

    /// The device's memory in bytes that nobody has taken.
    long freeMemory();
}
