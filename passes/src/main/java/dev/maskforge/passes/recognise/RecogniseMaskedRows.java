package dev.maskforge.passes.recognise;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.Reduce;
import dev.maskforge.graph.Operation.Reduction;
import dev.maskforge.graph.Operation.UnaryFunction;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Value;
import java.util.Optional;

import static dev.maskforge.passes.recognise.Pattern.any;
import static dev.maskforge.passes.recognise.Pattern.binary;
import static dev.maskforge.passes.recognise.Pattern.operation;
import static dev.maskforge.passes.recognise.Pattern.unary;
import static dev.maskforge.passes.recognise.Pattern.uniform;

/// mask and not (Σ mask = n), the exported form of `mask[where(mask.sum(-1) == mask.shape[-1])] = False`
/// -> mask and (minimum of mask < ½): a row that masks everything masks nothing. Without whole numbers, as models of ours
/// write it.
final class RecogniseMaskedRows implements Rule {
    private static final Capture COUNTED = new Capture("counted");
    private static final Capture SUM = new Capture("sum");
    private static final Capture LENGTH = new Capture("length");
    private static final Pattern SOME_LEFT = unary(UnaryFunction.NOT,
            binary(BinaryFunction.EQUAL, operation(RecogniseMaskedRows::isSum, any(COUNTED)).as(SUM), uniform(LENGTH)));

    @Override
    public String name() {
        return "recognise rows that are wholly masked";
    }

    private static boolean isSum(Operation operation) {
        return operation instanceof Reduce reduce && reduce.function() == Reduction.SUM && reduce.axes().size() == 1;
    }

    @Override
    public Finding find(Node last, Wiring wiring) {
        if (!last.operation().equals(new Operation.Binary(BinaryFunction.AND))) {
            return Finding.NOTHING;
        }
        for (int i = 0; i < 2; i++) {
            String rows = last.inputs().get(i);
            String mask = last.inputs().get(1 - i);
            Optional<Captures> found = SOME_LEFT.match(Trace.of(rows, wiring).source(), wiring);
            if (found.isPresent()) {
                return check(last, mask, rows, found.get(), wiring);
            }
        }
        return Finding.NOTHING;
    }

    private static Finding check(Node last, String mask, String rows, Captures found, Wiring wiring) {
        Trace counted = Trace.of(found.get(COUNTED), wiring, false, RecogniseMaskedRows::cast);
        Trace masked = Trace.of(mask, wiring);
        if (!counted.source().equals(masked.source()) || !wiring.is(masked.source(), DataType.BOOL)) {
            return Finding.declined("what it counts is another mask");
        }
        Shape lines = wiring.shape(found.get(COUNTED));
        Optional<Reduce> sum = wiring.maker(found.get(SUM)).map(node -> (Reduce) node.operation());
        boolean isOfLastAxis = sum.filter(reduce -> lines.axis(reduce.axes().getFirst()) == lines.rank() - 1).isPresent();
        boolean isInOrder = counted.arrangement().isInOrder() && masked.arrangement().isInOrder()
                && Trace.of(rows, wiring).arrangement().isInOrder();
        if (!isOfLastAxis || !isInOrder || !isRowByRow(wiring.shape(rows), wiring.shape(last.output()), lines.get(-1))) {
            return Finding.declined("what it counts are not the mask's rows");
        }
        if (wiring.uniform(found.get(LENGTH)).stream().noneMatch(length -> lines.get(-1).equals(Dimension.of((long) length)))) {
            return Finding.declined("its count is compared with another number than the row's length " + lines.get(-1));
        }
        Shape output = wiring.shape(last.output());
        return Finding.found((values, _) -> {
            Value row = values.apply(masked.source()).reshape(lines);
            return row.and(row.cast(DataType.FLOAT32).minimumAlong(lines.rank() - 1).less(0.5f)).reshape(output);
        });
    }

    /// Truth as a number.
    private static Optional<String> cast(Node node) {
        return node.operation() instanceof Operation.Cast ? Optional.of(node.inputs().getFirst()) : Optional.empty();
    }

    /// Whether there is one number for each row of the output, the outer axes being those of rows.
    private static boolean isRowByRow(Shape rows, Shape output, Dimension length) {
        if (rows.rank() != output.rank()) {
            return false;
        }
        Dimension covered = Dimension.ONE;
        int axis = output.rank();
        while (axis > 0 && !covered.equals(length)) {
            axis--;
            covered = covered.times(output.get(axis));
            if (!rows.get(axis).equals(Dimension.ONE)) {
                return false;
            }
        }
        return covered.equals(length) && rows.dimensions().subList(0, axis).equals(output.dimensions().subList(0, axis));
    }
}
