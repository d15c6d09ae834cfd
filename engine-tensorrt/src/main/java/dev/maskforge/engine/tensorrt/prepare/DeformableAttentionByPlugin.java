package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.DeformableAttention;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.lower.SamplingPositions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// DeformableAttention(value, offsets, logits) -> MultiscaleDeformableAttnPlugin_TRT(value [N, S, M, D], shapes int32 [L, 2],
/// starts int32 [L], locations [N, S, M, L, P, 2] from 0 to 1, Softmax(logits) [N, S, M, L, P]) as [N, S, C].
///
/// In float32 throughout: in float16 the plugin rounds coordinates too, by up to 0.06 pixels of a 256 pixels wide map. It
/// gives zeros if shapes or starts are of another type than int32.
public final class DeformableAttentionByPlugin {
    /// The plugin's name.
    public static final String TYPE = "MultiscaleDeformableAttnPlugin_TRT";
    /// TensorRT looks for plugins by type alone; ONNX wants a domain for what is not its own.
    private static final String DOMAIN = "com.nvidia.tensorrt";

    private DeformableAttentionByPlugin() {
    }

    static Value lower(DeformableAttention attention, List<Value> inputs) {
        Value value = inputs.getFirst();
        GraphBuilder builder = value.builder();
        Dimension heads = Dimension.of(attention.heads());
        Dimension levels = Dimension.of(attention.levels().size());
        Dimension points = Dimension.of(attention.points());
        Dimension channels = Dimension.of(value.size(2).size() / attention.heads());
        Value perHead = value.reshape(value.size(0), value.size(1), heads, channels);
        Value locations = new SamplingPositions(attention, inputs.get(1)).locations();
        Value weights = inputs.get(2).reshape(value.size(0), value.size(1), heads, levels.times(points)).softmax(3)
                .reshape(value.size(0), value.size(1), heads, levels, points);
        Shape shape = perHead.shape();
        Operation plugin = new Operation.Foreign(DOMAIN, TYPE,
                Map.of("plugin_version", new Operation.Attribute.Text("1"), "plugin_namespace", new Operation.Attribute.Text("")),
                List.of(new TensorType(DataType.FLOAT32, shape)));
        return builder.add(plugin, perHead, shapes(builder, attention), starts(builder, attention), locations, weights)
                .reshape(value.shape());
    }

    /// Height and width of each level.
    private static Value shapes(GraphBuilder builder, DeformableAttention attention) {
        List<Value> sizes = new ArrayList<>();
        for (DeformableAttention.Level level : attention.levels()) {
            sizes.add(builder.size(level.height()));
            sizes.add(builder.size(level.width()));
        }
        return Value.concat(0, sizes).reshape(Dimension.of(attention.levels().size()), Dimension.of(2)).cast(DataType.INT32);
    }

    /// Where each level begins in the sequence.
    private static Value starts(GraphBuilder builder, DeformableAttention attention) {
        List<Value> starts = new ArrayList<>();
        Dimension start = Dimension.ZERO;
        for (DeformableAttention.Level level : attention.levels()) {
            starts.add(builder.size(start));
            start = start.plus(level.tokens());
        }
        return Value.concat(0, starts).cast(DataType.INT32);
    }
}
