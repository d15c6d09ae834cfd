package dev.maskforge.passes.lower;

import dev.maskforge.graph.Operation.FusedConv;
import dev.maskforge.graph.Value;
import java.util.List;

/// FusedConv(x, weight, bias, addend) -> Relu(Conv(x, weight, bias) + addend), without what the operation is without.
public final class FusedConvLowering {
    private static final int ADDEND = 3;

    private FusedConvLowering() {
    }

    public static Value lower(FusedConv fused, List<Value> inputs) {
        Value[] convolved = inputs.stream().limit(ADDEND).toArray(Value[]::new);
        Value result = inputs.getFirst().builder().add(fused.convolution(), convolved);
        Value sum = inputs.size() > ADDEND ? result.add(inputs.get(ADDEND)) : result;
        return switch (fused.activation()) {
            case NONE -> sum;
            case RELU -> sum.relu();
        };
    }
}
