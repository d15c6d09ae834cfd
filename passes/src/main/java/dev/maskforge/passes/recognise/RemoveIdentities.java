package dev.maskforge.passes.recognise;

import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.BinaryFunction;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/// x·1, x / 1, x + 0, x - 0, x and true, x or false, Where(true, x, y), a Cast, Reshape, Expand, Slice, Concat or Transpose that
/// changes nothing -> x
final class RemoveIdentities implements Rule {
    private static final Set<String> COPIES = Set.of("Identity", "Dropout");

    @Override
    public String name() {
        return "remove operations that change nothing";
    }

    @Override
    public Finding find(Node last, Wiring wiring) {
        List<String> inputs = last.inputs();
        return switch (last.operation()) {
            case Operation.Cast(var to) when wiring.is(inputs.getFirst(), to) -> Finding.same(inputs.getFirst());
            case Operation.Reshape _,Operation.Expand _,Operation.Slice _ when keepsType(last, wiring) -> Finding.same(inputs.getFirst());
            case Operation.Concat _ when inputs.size() == 1 -> Finding.same(inputs.getFirst());
            case Operation.Transpose(List<Integer> permutation) when permutation
                    .equals(IntStream.range(0, permutation.size()).boxed().toList()) ->
                Finding.same(inputs.getFirst());
            case Operation.Binary(BinaryFunction function) -> binary(function, last, wiring);
            case Operation.Where() -> where(last, wiring);
            case Operation.Foreign(String domain, String type, _, _) when domain.isEmpty() && COPIES.contains(type)
                    && inputs.size() < 3 && last.outputs().size() == 1 && keepsType(last, wiring) ->
                Finding.same(inputs.getFirst());
            default -> Finding.NOTHING;
        };
    }

    private static boolean keepsType(Node node, Wiring wiring) {
        return wiring.type(node.inputs().getFirst()).equals(wiring.type(node.output()));
    }

    private static Finding binary(BinaryFunction function, Node node, Wiring wiring) {
        String a = node.inputs().get(0);
        String b = node.inputs().get(1);
        boolean fromRight = switch (function) {
            case ADD, SUBTRACT -> wiring.isUniform(b, 0);
            case OR -> wiring.isUniform(b, 0);
            case MULTIPLY, DIVIDE, POWER -> isOne(b, wiring);
            case AND -> wiring.isUniform(b, 1);
            case MINIMUM, MAXIMUM, LESS, GREATER_OR_EQUAL, EQUAL -> false;
        };
        if (fromRight && wiring.type(a).equals(wiring.type(node.output()))) {
            return Finding.same(a);
        }
        boolean fromLeft = switch (function) {
            case ADD, OR -> wiring.isUniform(a, 0);
            case MULTIPLY -> isOne(a, wiring);
            case AND -> wiring.isUniform(a, 1);
            case SUBTRACT, DIVIDE, POWER, MINIMUM, MAXIMUM, LESS, GREATER_OR_EQUAL, EQUAL -> false;
        };
        return fromLeft && wiring.type(b).equals(wiring.type(node.output())) ? Finding.same(b) : Finding.NOTHING;
    }

    private static boolean isOne(String value, Wiring wiring) {
        return wiring.uniform(value).stream().anyMatch(number -> number == 1);
    }

    private static Finding where(Node node, Wiring wiring) {
        String condition = node.inputs().getFirst();
        for (int truth = 0; truth <= 1; truth++) {
            String chosen = node.inputs().get(2 - truth);
            if (wiring.isUniform(condition, truth) && wiring.type(chosen).equals(wiring.type(node.output()))) {
                return Finding.same(chosen);
            }
        }
        return Finding.NOTHING;
    }
}
