package dev.maskforge.passes.lower;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Value;
import java.util.List;

/// Linear(x, weight, bias) -> Add(MatMul(x, Transpose(weight)), bias)
public final class LinearLowering {
    private LinearLowering() {
    }

    public static Value lower(List<Value> inputs) {
        Value x = inputs.getFirst();
        Value weight = inputs.get(1);
        // A product of matrices takes no vector.
        Value product = x.shape().rank() == 1
                ? x.reshape(Dimension.ONE, x.size(0)).matMul(weight.transpose(1, 0)).reshape(weight.size(0))
                : x.matMul(weight.transpose(1, 0));
        return inputs.size() == 3 ? product.add(inputs.get(2)) : product;
    }
}
