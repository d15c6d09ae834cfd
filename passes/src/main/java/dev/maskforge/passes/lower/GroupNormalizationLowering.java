package dev.maskforge.passes.lower;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation.GroupNormalization;
import dev.maskforge.graph.Operation.InstanceNormalization;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Value;
import java.util.Arrays;
import java.util.List;

/// GroupNormalization(x, scale, bias) -> InstanceNormalization over x as [N, groups, C / groups·H·W], then ·scale + bias a channel.
public final class GroupNormalizationLowering {
    private GroupNormalizationLowering() {
    }

    public static Value lower(GroupNormalization normalization, List<Value> inputs) {
        Value x = inputs.getFirst();
        GraphBuilder builder = x.builder();
        int groups = normalization.groups();
        Dimension perGroup = Dimension.of(x.size(1).size() / groups);
        for (int axis = 2; axis < x.shape().rank(); axis++) {
            perGroup = perGroup.times(x.size(axis));
        }
        Value grouped = x.reshape(x.size(0), Dimension.of(groups), perGroup);
        float[] ones = new float[groups];
        Arrays.fill(ones, 1);
        boolean isHalf = x.type().dataType() == DataType.FLOAT16;
        Shape perChannel = Shape.of(groups);
        Value normalised = builder.add(new InstanceNormalization(normalization.epsilon()), grouped,
                builder.constant("ones", isHalf ? Tensor.ofHalves(perChannel, ones) : Tensor.of(perChannel, ones)),
                builder.constant("zeros",
                        isHalf ? Tensor.ofHalves(perChannel, new float[groups]) : Tensor.of(perChannel, new float[groups])));
        return normalised.reshape(x.shape()).multiply(perChannel(inputs.get(1), x)).add(perChannel(inputs.get(2), x));
    }

    /// `[C] -> [C, 1, ...]`, so that it broadcasts against x.
    private static Value perChannel(Value parameter, Value x) {
        Dimension[] shape = new Dimension[x.shape().rank() - 1];
        Arrays.fill(shape, Dimension.ONE);
        shape[0] = x.size(1);
        return parameter.reshape(shape);
    }
}
