package dev.maskforge.engine.tensorrt.binding;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.LayerTime;
import dev.maskforge.engine.tensorrt.plan.ExecutionContext;
import dev.maskforge.engine.tensorrt.plan.LoadedPlan;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.tensorrt.global.nvinfer.LayerInformationFormat;
import org.bytedeco.tensorrt.global.nvinfer.TensorIOMode;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IEngineInspector;
import org.bytedeco.tensorrt.nvinfer.IExecutionContext;

/// A deserialised plan.
final class NativePlan implements LoadedPlan {
    private final TensorRt tensorRt;
    private final ICudaEngine engine;
    private final SequencedMap<String, Port> ports = new LinkedHashMap<>();

    NativePlan(TensorRt tensorRt, ICudaEngine engine) {
        this.tensorRt = tensorRt;
        this.engine = engine;
        for (int i = 0; i < engine.getNbIOTensors(); i++) {
            String name = engine.getIOTensorName(i);
            ports.put(name, new Port(dataType(name), Dimensions.sizes(engine.getTensorShape(name)),
                    engine.getTensorIOMode(name).intern() == TensorIOMode.kINPUT, layout(name)));
        }
    }

    /// Eights of channels have gaps unless there are whole eights.
    private LoadedPlan.Layout layout(String name) {
        List<Long> sizes = Dimensions.sizes(engine.getTensorShape(name));
        return switch (engine.getTensorFormat(name).intern()) {
            case kLINEAR -> LoadedPlan.Layout.OF_AXES;
            case kHWC -> LoadedPlan.Layout.CHANNELS_LAST;
            case kHWC8 -> sizes.size() == 4 && sizes.get(1) > 0 && sizes.get(1) % 8 == 0
                    ? LoadedPlan.Layout.CHANNELS_LAST
                    : LoadedPlan.Layout.OTHER;
            default -> LoadedPlan.Layout.OTHER;
        };
    }

    private DataType dataType(String name) {
        return switch (engine.getTensorDataType(name).intern()) {
            case kFLOAT -> DataType.FLOAT32;
            case kHALF -> DataType.FLOAT16;
            case kBF16 -> DataType.BFLOAT16;
            case kINT32 -> DataType.INT32;
            case kINT64 -> DataType.INT64;
            case kUINT8 -> DataType.UINT8;
            case kBOOL -> DataType.BOOL;
            default -> throw new EngineException("'" + name + "' of the plan is of a type that Maskforge does not have");
        };
    }

    @Override
    public SequencedMap<String, Port> ports() {
        return Collections.unmodifiableSequencedMap(ports);
    }

    @Override
    public String layers() {
        return tensorRt.end().within(() -> {
            IEngineInspector inspector = tensorRt.required("an inspector", engine::createEngineInspector);
            try {
                return String.valueOf(inspector.getEngineInformation(LayerInformationFormat.kJSON));
            } finally {
                Native.delete(inspector);
            }
        });
    }

    @Override
    public ExecutionContext newContext() {
        return tensorRt.end().within(
                () -> new Context(this, tensorRt.required("making an execution context", engine::createExecutionContext)));
    }

    @Override
    public void close() {
        tensorRt.end().within(() -> Native.delete(engine));
    }

    private static final class Context implements ExecutionContext {
        private final NativePlan plan;
        private final TensorRt tensorRt;
        private final IExecutionContext context;
        private Optional<LayerNodes> nodes = Optional.empty();

        Context(NativePlan plan, IExecutionContext context) {
            this.plan = plan;
            this.tensorRt = plan.tensorRt;
            this.context = context;
        }

        @Override
        public void setShape(String input, Shape shape) {
            tensorRt.require("setting the shape of '" + input + "' to " + shape, context.setInputShape(input, Dimensions.of(shape)));
        }

        @Override
        public List<Long> sizes(String output) {
            return Dimensions.sizes(context.getTensorShape(output));
        }

        @Override
        public void setAddress(String port, long address) {
            tensorRt.require("setting the address of '" + port + "'", context.setTensorAddress(port, new Native.At(address)));
        }

        @Override
        public void enqueue(long stream) {
            tensorRt.require("running the network",
                    tensorRt.end().within(() -> context.enqueueV3(new CUstream_st(new Native.At(stream)))));
        }

        /// With a profiler set, TensorRT waits for the end of the run by itself.
        @Override
        public List<LayerTime> layerTimes(long stream) {
            try (LayerProfiler profiler = new LayerProfiler()) {
                context.setProfiler(profiler.pointer());
                try {
                    enqueue(stream);
                } finally {
                    context.setProfiler(null);
                }
                if (nodes.isEmpty()) {
                    nodes = Optional.of(LayerNodes.of(plan.layers()));
                }
                return profiler.times(nodes.get());
            }
        }

        @Override
        public void close() {
            tensorRt.end().within(() -> Native.delete(context));
        }
    }
}
