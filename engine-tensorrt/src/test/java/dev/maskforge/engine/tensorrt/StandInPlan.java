package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.LayerTime;
import dev.maskforge.engine.tensorrt.plan.ExecutionContext;
import dev.maskforge.engine.tensorrt.plan.LoadedPlan;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// A plan of `output = 2·input`, float32 `[m, 3]`, on a [StandInCuda].
final class StandInPlan implements LoadedPlan {
    static final TensorType TYPE = new TensorType(DataType.FLOAT32, Shape.of(Dimension.symbol("m"), Dimension.of(3)));

    private final StandInCuda cuda;
    private final String input;
    private final String output;
    private int openContexts;
    private boolean closed;
    private boolean refusesCapture;
    private List<Long> outputSizes = List.of(-1L, 3L);
    private Port outputPort = new Port(DataType.FLOAT32, List.of(-1L, 3L), false);

    StandInPlan(StandInCuda cuda) {
        this(cuda, "x", "y");
    }

    StandInPlan(StandInCuda cuda, String input, String output) {
        this.cuda = cuda;
        this.input = input;
        this.output = output;
    }

    void refuseCapture() {
        refusesCapture = true;
    }

    /// What the output turns out to be once inputs have shapes.
    void setOutputSizes(List<Long> sizes) {
        outputSizes = sizes;
    }

    /// As a hostile segment has it, which is written all the same.
    void setOutputPort(Port other) {
        outputPort = other;
    }

    int openContexts() {
        return openContexts;
    }

    boolean isClosed() {
        return closed;
    }

    static SequencedMap<String, TensorType> inputs() {
        return new LinkedHashMap<>(Map.of("x", TYPE));
    }

    static SequencedMap<String, TensorType> outputs() {
        return new LinkedHashMap<>(Map.of("y", TYPE));
    }

    @Override
    public SequencedMap<String, Port> ports() {
        SequencedMap<String, Port> ports = new LinkedHashMap<>();
        ports.put(input, new Port(DataType.FLOAT32, List.of(-1L, 3L), true));
        ports.put(output, outputPort);
        return ports;
    }

    @Override
    public String layers() {
        return "{}";
    }

    @Override
    public ExecutionContext newContext() {
        openContexts++;
        return new Doubling();
    }

    @Override
    public void close() {
        closed = true;
    }

    private final class Doubling implements ExecutionContext {
        private final Map<String, Long> addresses = new HashMap<>();
        private long elements;

        @Override
        public void setShape(String input, Shape shape) {
            elements = shape.elementCount();
        }

        @Override
        public List<Long> sizes(String name) {
            return outputSizes;
        }

        @Override
        public void setAddress(String port, long address) {
            addresses.put(port, address);
        }

        @Override
        public void enqueue(long stream) {
            if (refusesCapture && cuda.isCapturing()) {
                throw new EngineException("this cannot be captured");
            }
            MemorySegment x = cuda.at(addresses.getOrDefault(input, 0L));
            MemorySegment y = cuda.at(addresses.getOrDefault(output, 0L));
            long count = elements;
            cuda.work(() -> {
                for (long i = 0; i < count; i++) {
                    y.setAtIndex(Tensor.FLOAT32, i, 2 * x.getAtIndex(Tensor.FLOAT32, i));
                }
            });
        }

        /// A nanosecond an element.
        @Override
        public List<LayerTime> layerTimes(long stream) {
            enqueue(stream);
            return List.of(new LayerTime(input + " to " + output, List.of(output), elements));
        }

        @Override
        public void close() {
            openContexts--;
        }
    }
}
