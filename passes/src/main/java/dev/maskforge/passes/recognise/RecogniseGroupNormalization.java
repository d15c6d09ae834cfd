package dev.maskforge.passes.recognise;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.GroupNormalization;
import dev.maskforge.graph.Operation.InstanceNormalization;
import dev.maskforge.graph.Operation.Reshape;
import dev.maskforge.graph.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import static dev.maskforge.passes.recognise.Pattern.any;
import static dev.maskforge.passes.recognise.Pattern.binary;
import static dev.maskforge.passes.recognise.Pattern.constant;
import static dev.maskforge.passes.recognise.Pattern.operation;
import static dev.maskforge.passes.recognise.Pattern.uniform;

/// Reshape(InstanceNormalization(Reshape(x, [N, groups, ...]), 1, 0), [N, C, ...])·scale + bias -> GroupNormalization(x, scale, bias)
final class RecogniseGroupNormalization implements Rule {
    private static final Capture X = new Capture("x");
    private static final Capture GROUPED = new Capture("grouped");
    private static final Capture NORMALISED = new Capture("normalised");
    private static final Capture SCALE = new Capture("scale");
    private static final Capture BIAS = new Capture("bias");
    private static final Pattern PATTERN = binary(BinaryFunction.ADD,
            binary(BinaryFunction.MULTIPLY,
                    operation(Reshape.class,
                            operation(InstanceNormalization.class, operation(Reshape.class, any(X)).as(GROUPED), uniform(1), uniform(0))
                                    .as(NORMALISED)),
                    constant(SCALE)),
            constant(BIAS));

    @Override
    public String name() {
        return "recognise group normalisation";
    }

    @Override
    public Finding find(Node last, Wiring wiring) {
        return last.outputs().size() != 1 ? Finding.NOTHING
                : PATTERN.match(last.output(), wiring).map(found -> check(last, found, wiring)).orElse(Finding.NOTHING);
    }

    private static Finding check(Node last, Captures found, Wiring wiring) {
        Shape shape = wiring.shape(found.get(X));
        Shape grouped = wiring.shape(found.get(GROUPED));
        if (!wiring.type(last.output()).equals(wiring.type(found.get(X))) || shape.rank() < 2 || grouped.rank() < 2
                || !grouped.get(0).equals(shape.get(0)) || !grouped.get(1).isConstant() || !shape.get(1).isConstant()
                || grouped.get(1).size() < 1 || shape.get(1).size() % grouped.get(1).size() != 0) {
            return Finding.declined("its groups are not of whole channels");
        }
        for (Capture parameter : List.of(SCALE, BIAS)) {
            if (!isPerChannel(wiring.shape(found.get(parameter)), shape)) {
                return Finding
                        .declined("its " + parameter.name() + " is " + wiring.type(found.get(parameter)) + ", not one number a channel");
            }
        }
        float epsilon = wiring.maker(found.get(NORMALISED)).map(Node::operation)
                .map(operation -> ((InstanceNormalization) operation).epsilon()).orElseThrow();
        GroupNormalization normalization = new GroupNormalization(Math.toIntExact(grouped.get(1).size()), epsilon);
        return Finding.found((values, builder) -> builder.add(normalization, values.apply(found.get(X)),
                values.apply(found.get(SCALE)).reshape(shape.get(1)), values.apply(found.get(BIAS)).reshape(shape.get(1))));
    }

    /// `[C, 1, ...]`, which stands beside the channels of x.
    private static boolean isPerChannel(Shape parameter, Shape x) {
        List<Dimension> wanted = new ArrayList<>(Collections.nCopies(x.rank() - 1, Dimension.ONE));
        wanted.set(0, x.get(1));
        List<Dimension> given = parameter.rank() == x.rank() && parameter.get(0).equals(Dimension.ONE)
                ? parameter.dimensions().subList(1, x.rank())
                : parameter.dimensions();
        return given.equals(wanted);
    }
}
