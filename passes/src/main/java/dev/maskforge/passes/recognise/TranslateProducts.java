package dev.maskforge.passes.recognise;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Value;
import java.util.ArrayList;
import java.util.List;

/// Gemm(a, b, c) with its factors 1 -> Linear(a, b, c);
/// Einsum of two tensors, each axis of which is in both and the result, in both alone, or in one and the result -> MatMul
final class TranslateProducts implements Rule {
    @Override
    public String name() {
        return "translate products";
    }

    @Override
    public Finding find(Node last, Wiring wiring) {
        return ForeignAttributes.of(last, "Gemm").map(node -> gemm(node, wiring))
                .or(() -> ForeignAttributes.of(last, "Einsum").map(node -> einsum(node, wiring))).orElse(Finding.NOTHING);
    }

    private static Finding gemm(ForeignAttributes node, Wiring wiring) {
        if (node.floatingPoint("alpha", 1) != 1 || node.hasInput(2) && node.floatingPoint("beta", 1) != 1
                || node.integral("transA", 0) != 0 || !wiring.is(node.input(0), DataType.FLOAT32)) {
            return Finding.declined("it has factors, or a first matrix that is turned");
        }
        boolean isTransposed = node.integral("transB", 0) != 0;
        Dimension columns = wiring.shape(node.node().output()).get(1);
        boolean isBias = node.hasInput(2) && wiring.shape(node.input(2)).equals(Shape.of(columns));
        if (node.hasInput(2) && !isBias) {
            return Finding.declined("what it adds is no row");
        }
        return Finding.found((values, builder) -> {
            List<Value> inputs = new ArrayList<>(List.of(values.apply(node.input(0)),
                    isTransposed ? values.apply(node.input(1)) : values.apply(node.input(1)).transpose(1, 0)));
            if (isBias) {
                inputs.add(values.apply(node.input(2)));
            }
            return builder.add(new Operation.Linear(), inputs.toArray(Value[]::new));
        });
    }

    private static Finding einsum(ForeignAttributes node, Wiring wiring) {
        String[] sides = node.text("equation").replace(" ", "").split("->", -1);
        String[] terms = sides[0].split(",", -1);
        if (sides.length != 2 || terms.length != 2 || node.node().inputs().size() != 2 || !isPlain(terms[0]) || !isPlain(terms[1])
                || !isPlain(sides[1]) || !wiring.is(node.input(0), DataType.FLOAT32)) {
            return Finding.declined("its equation '" + node.text("equation") + "' is not of two tensors with axes of different names");
        }
        Contraction contraction = Contraction.of(terms[0], terms[1], sides[1]);
        if (!contraction.isProduct() || !contraction.fits(wiring.shape(node.input(0)), wiring.shape(node.input(1)))) {
            return Finding.declined("its equation '" + node.text("equation") + "' is no product of matrices");
        }
        return Finding.found((values, _) -> contraction.build(values.apply(node.input(0)), values.apply(node.input(1))));
    }

    private static boolean isPlain(String term) {
        return term.matches("[A-Za-z]+") && term.chars().distinct().count() == term.length();
    }
}
