package dev.maskforge.passes.recognise;

import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.Linear;
import dev.maskforge.graph.Operation.MatMul;
import dev.maskforge.graph.Shape;

import static dev.maskforge.passes.recognise.Pattern.any;
import static dev.maskforge.passes.recognise.Pattern.binary;
import static dev.maskforge.passes.recognise.Pattern.constant;
import static dev.maskforge.passes.recognise.Pattern.operation;

/// MatMul(x, weight) + bias with a constant matrix and a constant row -> Linear(x, weightᵀ, bias)
final class RecogniseLinear implements Rule {
    private static final Capture X = new Capture("x");
    private static final Capture WEIGHT = new Capture("weight");
    private static final Capture BIAS = new Capture("bias");
    private static final Pattern PATTERN = binary(BinaryFunction.ADD, operation(MatMul.class, any(X), constant(WEIGHT)), constant(BIAS));

    @Override
    public String name() {
        return "recognise linear layers";
    }

    @Override
    public Finding find(Node last, Wiring wiring) {
        return last.outputs().size() != 1 ? Finding.NOTHING
                : PATTERN.match(last.output(), wiring).map(found -> check(found, wiring)).orElse(Finding.NOTHING);
    }

    private static Finding check(Captures found, Wiring wiring) {
        Shape weight = wiring.shape(found.get(WEIGHT));
        if (weight.rank() != 2 || !wiring.shape(found.get(BIAS)).equals(Shape.of(weight.get(1)))) {
            return Finding.declined("its weight " + weight + " and bias " + wiring.shape(found.get(BIAS)) + " are no matrix and row");
        }
        return Finding.found((values, builder) -> builder.add(new Linear(), values.apply(found.get(X)),
                values.apply(found.get(WEIGHT)).transpose(1, 0), values.apply(found.get(BIAS))));
    }
}
