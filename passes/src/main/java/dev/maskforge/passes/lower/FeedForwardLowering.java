package dev.maskforge.passes.lower;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Value;
import java.util.List;

/// FeedForward(x, weight, bias, outer weight, outer bias) ->
/// Add(MatMul(Relu(Add(MatMul(x, weight), bias)), outer weight), outer bias)
public final class FeedForwardLowering {
    private FeedForwardLowering() {
    }

    public static Value lower(List<Value> inputs) {
        Value x = inputs.get(0);
        Value outerBias = inputs.get(4);
        // A product of matrices takes no vector.
        boolean isVector = x.shape().rank() == 1;
        Value rows = isVector ? x.reshape(Dimension.ONE, x.size(0)) : x;
        Value hidden = rows.matMul(inputs.get(1)).add(inputs.get(2)).relu();
        Value result = hidden.matMul(inputs.get(3)).add(outerBias);
        return isVector ? result.reshape(outerBias.size(0)) : result;
    }
}
