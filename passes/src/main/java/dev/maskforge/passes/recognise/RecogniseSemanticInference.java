package dev.maskforge.passes.recognise;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.MatMul;
import dev.maskforge.graph.Operation.Resize;
import dev.maskforge.graph.Operation.SemanticInference;
import dev.maskforge.graph.Operation.UnaryFunction;
import dev.maskforge.graph.Shape;
import java.util.List;

import static dev.maskforge.passes.recognise.Pattern.any;
import static dev.maskforge.passes.recognise.Pattern.operation;
import static dev.maskforge.passes.recognise.Pattern.unary;

/// MatMul(Softmax(class logits) without the last class, turned; Sigmoid(Resize(mask logits)) as rows of pixels), as a map
/// -> SemanticInference(class logits, mask logits)
final class RecogniseSemanticInference implements Rule {
    private static final Capture CLASS_LOGITS = new Capture("class logits");
    private static final Capture MASK_LOGITS = new Capture("mask logits");
    private static final Capture SOFTMAX = new Capture("softmax");
    private static final Capture PROBABILITIES = new Capture("probabilities");
    private static final Capture RESIZED = new Capture("resized");
    private static final Capture MASKS = new Capture("masks");
    private static final Pattern CLASSES = operation(Operation.Slice.class,
            operation(Operation.Softmax.class, any(CLASS_LOGITS)).as(SOFTMAX)).as(PROBABILITIES);
    private static final Pattern PIXELS = unary(UnaryFunction.SIGMOID,
            operation(operation -> operation instanceof Resize resize && resize.mode() == Resize.Mode.BILINEAR, any(MASK_LOGITS))
                    .as(RESIZED))
            .as(MASKS);
    private static final Pattern PRODUCT = operation(MatMul.class, CLASSES.rearranged(), PIXELS.rearranged());

    @Override
    public String name() {
        return "recognise semantic inference";
    }

    @Override
    public Finding find(Node last, Wiring wiring) {
        if (!(last.operation() instanceof Operation.Reshape)) {
            return Finding.NOTHING;
        }
        String product = last.inputs().getFirst();
        return PRODUCT.match(product, wiring).map(found -> check(last, product, found, wiring)).orElse(Finding.NOTHING);
    }

    private static Finding check(Node last, String product, Captures found, Wiring wiring) {
        Shape logits = wiring.shape(found.get(CLASS_LOGITS));
        Shape masks = wiring.shape(found.get(MASKS));
        if (logits.rank() != 3 || masks.rank() != 4 || !logits.get(0).equals(masks.get(0)) || !logits.get(1).equals(masks.get(1))) {
            return Finding.declined("it has class logits " + logits + " and masks " + masks + ", not of the same queries");
        }
        Dimension classes = logits.get(2).plus(-1);
        boolean isSoftmaxOfClasses = wiring.maker(found.get(SOFTMAX)).map(Node::operation)
                .filter(operation -> operation instanceof Operation.Softmax(int axis) && logits.axis(axis) == 2).isPresent();
        boolean dropsLast = wiring.maker(found.get(PROBABILITIES)).map(Node::operation)
                .filter(operation -> operation instanceof Operation.Slice(int axis, Dimension start, Dimension end)
                        && logits.axis(axis) == 2 && start.equals(Dimension.ZERO) && end.equals(classes))
                .isPresent();
        if (!isSoftmaxOfClasses || !dropsLast) {
            return Finding.declined("its classes are not all but the last");
        }
        Node matMul = wiring.maker(product).orElseThrow();
        Arrangement left = Trace.of(matMul.inputs().get(0), wiring).arrangement();
        Arrangement right = Trace.of(matMul.inputs().get(1), wiring).arrangement();
        boolean isTurned = left.axes().equals(List.of(left.source().get(0), left.source().get(2), left.source().get(1)));
        boolean isRows = right.axes().equals(List.of(right.source().get(0), right.source().get(1),
                Arrangement.flat(right.source().subList(2, 4))));
        Shape wanted = Shape.of(logits.get(0), classes, masks.get(2), masks.get(3));
        if (!isTurned || !isRows || !wiring.shape(last.output()).equals(wanted)) {
            return Finding.declined("its product is not of classes and pixels");
        }
        return Finding.found((values, builder) -> builder.add(new SemanticInference(masks.get(2), masks.get(3)),
                values.apply(found.get(CLASS_LOGITS)), values.apply(found.get(MASK_LOGITS))));
    }
}
