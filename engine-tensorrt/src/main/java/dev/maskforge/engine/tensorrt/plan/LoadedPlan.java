package dev.maskforge.engine.tensorrt.plan;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.TensorType;
import java.util.List;
import java.util.SequencedMap;

/// A plan on the device: its weights, and the kernels that were chosen for it. Safe to share between threads.
public interface LoadedPlan extends AutoCloseable {
    /// An input or output of a plan.
    ///
    /// @param sizes    along its axes; -1 where the profile leaves a range
    /// @param isInput  whether it goes in
    /// @param layout   in memory
    record Port(DataType dataType, List<Long> sizes, boolean isInput, Layout layout) {
        public Port {
            sizes = List.copyOf(sizes);
        }

        /// In the order of its axes.
        public Port(DataType dataType, List<Long> sizes, boolean isInput) {
            this(dataType, sizes, isInput, Layout.OF_AXES);
        }

        /// Whether a value of this type may lie there: of the same data type, and of the same size along each axis where both say one.
        public boolean fits(TensorType type) {
            if (dataType != type.dataType() || sizes.size() != type.shape().rank()) {
                return false;
            }
            for (int axis = 0; axis < sizes.size(); axis++) {
                boolean isKnown = type.shape().get(axis).isConstant() && sizes.get(axis) >= 0;
                if (isKnown && type.shape().get(axis).size() != sizes.get(axis)) {
                    return false;
                }
            }
            return true;
        }

        /// Such as `float16 [-1, 256, 64, 128], channels last`.
        @Override
        public String toString() {
            return dataType + " " + sizes + switch (layout) {
                case OF_AXES -> "";
                case CHANNELS_LAST -> ", channels last";
                case OTHER -> ", in another layout";
            };
        }
    }

    /// How a value lies in memory.
    enum Layout {
        /// In the order of its axes, without gaps.
        OF_AXES,
        /// `[N, C, H, W]` as `[N, H, W, C]`, without gaps.
        CHANNELS_LAST,
        /// With gaps, or otherwise.
        OTHER
    }

    /// Its inputs and outputs by name.
    SequencedMap<String, Port> ports();

    /// What it consists of, layer by layer, in JSON; more than names if they were kept.
    String layers();

    /// Makes a context: what one run at a time needs besides the weights.
    ///
    /// @throws dev.maskforge.engine.EngineException if there is no memory for it
    ExecutionContext newContext();

    /// Frees the plan. Its contexts must have been closed.
    @Override
    void close();
}
