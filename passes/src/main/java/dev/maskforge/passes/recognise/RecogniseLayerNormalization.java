package dev.maskforge.passes.recognise;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.LayerNormalization;
import dev.maskforge.graph.Operation.Reduce;
import dev.maskforge.graph.Operation.Reduction;
import dev.maskforge.graph.Operation.UnaryFunction;
import dev.maskforge.graph.Shape;
import java.util.List;

import static dev.maskforge.passes.recognise.Pattern.any;
import static dev.maskforge.passes.recognise.Pattern.binary;
import static dev.maskforge.passes.recognise.Pattern.constant;
import static dev.maskforge.passes.recognise.Pattern.operation;
import static dev.maskforge.passes.recognise.Pattern.unary;
import static dev.maskforge.passes.recognise.Pattern.uniform;

/// d / √(mean(d²) + ε)·scale + bias with d = x - mean(x), means over the last axis -> LayerNormalization(x, scale, bias):
/// how PyTorch's exporter writes it below opset 17.
final class RecogniseLayerNormalization implements Rule {
    private static final Capture X = new Capture("x");
    private static final Capture DIFFERENCE = new Capture("difference");
    private static final Capture EPSILON = new Capture("epsilon");
    private static final Capture SCALE = new Capture("scale");
    private static final Capture BIAS = new Capture("bias");
    private static final Pattern CENTRED = binary(BinaryFunction.SUBTRACT, any(X), operation(RecogniseLayerNormalization::isMean, any(X)))
            .as(DIFFERENCE);
    private static final Pattern SQUARE = binary(BinaryFunction.POWER, any(DIFFERENCE), uniform(2))
            .or(binary(BinaryFunction.MULTIPLY, any(DIFFERENCE), any(DIFFERENCE)));
    private static final Pattern DEVIATION = unary(UnaryFunction.SQRT,
            binary(BinaryFunction.ADD, operation(RecogniseLayerNormalization::isMean, SQUARE), uniform(EPSILON)));
    private static final Pattern PATTERN = binary(BinaryFunction.ADD,
            binary(BinaryFunction.MULTIPLY, binary(BinaryFunction.DIVIDE, CENTRED, DEVIATION), constant(SCALE)), constant(BIAS));

    @Override
    public String name() {
        return "recognise layer normalisation";
    }

    private static boolean isMean(Operation operation) {
        return operation instanceof Reduce(Reduction function, var axes, boolean keep) && function == Reduction.MEAN && axes.size() == 1
                && keep;
    }

    @Override
    public Finding find(Node last, Wiring wiring) {
        return last.outputs().size() != 1 ? Finding.NOTHING
                : PATTERN.match(last.output(), wiring).map(found -> check(last, found, wiring)).orElse(Finding.NOTHING);
    }

    private static Finding check(Node last, Captures found, Wiring wiring) {
        Shape shape = wiring.shape(found.get(X));
        boolean isOverLast = overLast(found.get(DIFFERENCE), 1, shape, wiring);
        if (!isOverLast) {
            return Finding.declined("its statistics are not of the last axis");
        }
        Dimension channels = shape.get(-1);
        for (Capture parameter : List.of(SCALE, BIAS)) {
            if (!wiring.shape(found.get(parameter)).equals(Shape.of(channels))) {
                return Finding
                        .declined("its " + parameter.name() + " is " + wiring.type(found.get(parameter)) + ", not one number a channel");
            }
        }
        float epsilon = (float) wiring.uniform(found.get(EPSILON)).orElseThrow();
        if (!wiring.type(last.output()).equals(wiring.type(found.get(X)))) {
            return Finding.declined("it changes the type");
        }
        return Finding.found((values, builder) -> builder.add(new LayerNormalization(epsilon), values.apply(found.get(X)),
                values.apply(found.get(SCALE)), values.apply(found.get(BIAS))));
    }

    /// Whether the mean that is an input of a node is over the last axis.
    private static boolean overLast(String value, int input, Shape shape, Wiring wiring) {
        return wiring.maker(value).flatMap(node -> wiring.maker(node.inputs().get(input)))
                .filter(mean -> mean.operation() instanceof Reduce reduce && shape.axis(reduce.axes().getFirst()) == shape.rank() - 1)
                .isPresent();
    }
}
