package dev.maskforge.passes.recognise;

import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.Attention;
import dev.maskforge.graph.Operation.MatMul;
import dev.maskforge.graph.Operation.Softmax;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.recognise.AttentionHeads.Side;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// MatMul(Softmax(MatMul(query of each head, keyᵀ of each head)·scale, blocked keys at -inf), value of each head)
/// -> Attention(query, key, value, blocked), as heads, whatever Reshapes and Transposes cut the heads and wherever the scale
/// is put
final class RecogniseAttention implements Rule {
    /// How far a scale may be from 1 / √d and be that in float32.
    private static final double ROUNDING = 1e-6;

    @Override
    public String name() {
        return "recognise attention";
    }

    @Override
    public Finding find(Node last, Wiring wiring) {
        if (!(last.operation() instanceof MatMul)) {
            return Finding.NOTHING;
        }
        Optional<Node> softmax = wiring.maker(last.inputs().getFirst(), Softmax.class);
        if (softmax.isEmpty()) {
            return Finding.NOTHING;
        }
        int rank = wiring.shape(last.output()).rank();
        boolean isOverKeys = softmax.get().operation() instanceof Softmax(int axis)
                && wiring.shape(softmax.get().output()).axis(axis) == rank - 1;
        Optional<AttentionScores> scores = AttentionScores.of(softmax.get().inputs().getFirst(), wiring);
        if (!isOverKeys || scores.isEmpty()) {
            return Finding.NOTHING;
        }
        return recognised(last, scores.get(), wiring);
    }

    private static Finding recognised(Node last, AttentionScores scores, Wiring wiring) {
        AttentionOperand query = AttentionOperand.of(scores.product().inputs().get(0), Side.QUERY, wiring);
        AttentionOperand key = AttentionOperand.of(scores.product().inputs().get(1), Side.KEY, wiring);
        AttentionOperand value = AttentionOperand.of(last.inputs().get(1), Side.VALUE, wiring);
        Optional<AttentionHeads> cut = Stream.of(query, key, value).flatMap(each -> each.heads().stream())
                .max(Comparator.comparingLong(each -> each.count().size()));
        if (cut.isEmpty()) {
            return Finding.declined("its query, key and value are no channels cut into heads");
        }
        AttentionHeads heads = cut.get();
        if (!query.canBe(heads) || !key.canBe(heads) || !value.canBe(heads) || !key.tokens().equals(value.tokens())) {
            return Finding.declined("its query, key and value have different heads");
        }
        if (value.factor(heads) != 1) {
            return Finding.declined("its value is scaled");
        }
        Optional<AttentionMask> mask = scores.mask().map(blocked -> new AttentionMask(blocked, heads, query, key.tokens()));
        Optional<String> misfit = mask.flatMap(AttentionMask::misfit);
        if (misfit.isPresent()) {
            return Finding.declined(misfit.get());
        }
        double correction = query.factor(heads) * key.factor(heads) * scores.factor() * Math.sqrt((double) heads.perHead().size());
        return Finding.found((values, builder) -> {
            Value q = query.build(heads, values, builder);
            if (Math.abs(correction - 1) > ROUNDING) {
                q = q.multiply((float) correction);
            }
            Value k = key.build(heads, values, builder);
            Value v = value.build(heads, values, builder);
            Attention attention = new Attention(Math.toIntExact(heads.count().size()));
            Value[] inputs = mask.isPresent()
                    ? new Value[]{q, k, v, mask.get().build(values, builder)}
                    : new Value[]{q, k, v};
            return builder.add(attention, inputs).reshape(heads.batch(), query.tokens(), heads.count(), heads.perHead())
                    .transpose(0, 2, 1, 3).reshape(wiring.shape(last.output()));
        });
    }

    /// The input of a node that multiplies it by a number, and the number.
    record ScaledInput(String input, double factor) {
        static Optional<ScaledInput> of(Node node, Wiring wiring) {
            if (!(node.operation() instanceof Operation.Binary(Operation.BinaryFunction function))) {
                return Optional.empty();
            }
            List<String> inputs = node.inputs();
            return switch (function) {
                case MULTIPLY -> scaled(node, inputs.get(0), inputs.get(1), false, wiring)
                        .or(() -> scaled(node, inputs.get(1), inputs.get(0), false, wiring));
                case DIVIDE -> scaled(node, inputs.get(0), inputs.get(1), true, wiring);
                default -> Optional.empty();
            };
        }

        private static Optional<ScaledInput> scaled(Node node, String input, String number, boolean divides, Wiring wiring) {
            return wiring.uniform(number).stream().filter(factor -> factor != 0 && Double.isFinite(factor)).boxed().findFirst()
                    .filter(_ -> wiring.type(input).equals(wiring.type(node.output())))
                    .map(factor -> new ScaledInput(input, divides ? 1 / factor : factor));
        }
    }
}
