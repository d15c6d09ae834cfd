package dev.maskforge.passes.quantize;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Tensor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// Which convolutions and linear layers are of a kind that bears integers, whatever their numbers are.
record Kinds(Structure structure) {
    /// Integer kernels work on vectors of channels; with fewer than this they gain nothing, and the picture itself, with its
    /// three, loses the most.
    private static final long FEWEST_CHANNELS = 8;

    /// Whether a node is one that could compute with integers at all.
    static boolean isWeighted(Node node) {
        return node.operation() instanceof Operation.Conv || node.operation() instanceof Operation.Linear;
    }

    /// What speaks against integers in a [weighted][#isWeighted(Node)] node.
    Optional<String> objection(Node node) {
        Optional<Tensor> weight = structure.constant(node.inputs().get(1)).filter(tensor -> tensor.dataType() == DataType.FLOAT32);
        if (weight.isEmpty()) {
            return Optional.of("its weight is computed");
        }
        if (node.inputs().size() == 3 && structure.constant(node.inputs().get(2)).isEmpty()) {
            return Optional.of("its bias is computed");
        }
        if (structure.constant(node.inputs().getFirst()).isPresent()) {
            return Optional.of("it computes a constant");
        }
        if (node.operation() instanceof Operation.Conv && weight.get().shape().get(1).size() < FEWEST_CHANNELS) {
            return Optional.of("its " + weight.get().shape().get(1) + " input channels are too few for integer kernels to gain");
        }
        return objectionToResult(node);
    }

    /// Follows a result through what only moves or adds.
    private Optional<String> objectionToResult(Node node) {
        boolean isLinear = node.operation() instanceof Operation.Linear;
        Deque<String> open = new ArrayDeque<>();
        Set<String> seen = new HashSet<>();
        open.add(node.output());
        while (!open.isEmpty()) {
            String value = open.pop();
            if (!seen.add(value)) {
                continue;
            }
            if (structure.isOutput(value)) {
                return Optional.of("its result is the graph's answer");
            }
            for (Node taker : structure.consumers(value)) {
                Optional<String> sensitive = isLinear ? sensitivity(taker, value) : Optional.empty();
                if (sensitive.isPresent()) {
                    return sensitive;
                }
                if (isPassed(taker.operation()) && taker.outputs().size() == 1) {
                    open.add(taker.output());
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isPassed(Operation operation) {
        return switch (operation) {
            case Operation.Reshape _,Operation.Transpose _,Operation.Slice _,Operation.Concat _,Operation.Expand _ -> true;
            case Operation.Binary(var function) ->
                function == Operation.BinaryFunction.ADD || function == Operation.BinaryFunction.MULTIPLY;
            default -> false;
        };
    }

    /// Small errors in what softmax or bilinear sampling looks at move weight and positions; an error in what they mix stays
    /// what it is.
    private Optional<String> sensitivity(Node taker, String value) {
        int place = taker.inputs().indexOf(value);
        return switch (taker.operation()) {
            case Operation.DeformableAttention _ when place > 0 ->
                Optional.of("it says where deformable attention looks, or how much that weighs");
            case Operation.Attention _ when place < 2 -> Optional.of("attention's scores are made of it");
            case Operation.Softmax _ -> Optional.of("a softmax is taken of it");
            case Operation.MatMul _ when taker.inputs().stream().noneMatch(input -> structure.constant(input).isPresent()) ->
                Optional.of("it is a factor of a product of computed values, such as masks or attention's scores");
            default -> Optional.empty();
        };
    }
}
