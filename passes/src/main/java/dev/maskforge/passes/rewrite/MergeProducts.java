package dev.maskforge.passes.rewrite;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.Linear;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.Pass;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// Linear(x, W₁, b₁), Linear(x, W₂, b₂), ... -> Slices of Linear(x, (W₁; W₂; ...), (b₁; b₂; ...)).
///
/// Exact: each channel is the same sum of the same products. Fewer and larger products are fewer kernels on a GPU; where an
/// engine copies what it slices, they may be a loss, so that each engine's pipeline says which of these it wants.
///
/// @param into what the products go into
public record MergeProducts(Into into) implements Pass {
    /// Products of one input that belong together.
    public enum Into {
        /// Value, offsets and weights of one deformable attention.
        DEFORMABLE_ATTENTION("deformable attention"),
        /// Query, key and value of one attention, or those of them that have one input.
        SELF_ATTENTION("self-attention"),
        /// Keys and values of all attentions that look at one memory.
        CROSS_ATTENTION("cross-attention");

        private final String words;

        Into(String words) {
            this.words = words;
        }
    }

    @Override
    public String name() {
        return "merge products of " + into.words;
    }

    @Override
    public Outcome apply(Graph graph) {
        Site site = new Site(graph);
        Merging merging = new Merging(groups(site));
        return Rule.apply(site, merging::at);
    }

    /// Where a product goes: an attention, and which of its inputs.
    private record Sink(Node attention, int input) {}

    /// What the products of a group have in common.
    private record Key(String input, String attention) {}

    private List<List<Node>> groups(Site site) {
        SequencedMap<Key, List<Node>> groups = new LinkedHashMap<>();
        Map<Key, Set<String>> attentions = new HashMap<>();
        for (Node node : site.graph().nodes()) {
            if (node.operation() instanceof Linear()) {
                List<Sink> sinks = sinks(site, node);
                key(node, sinks).ifPresent(key -> {
                    groups.computeIfAbsent(key, _ -> new ArrayList<>()).add(node);
                    sinks.forEach(sink -> attentions.computeIfAbsent(key, _ -> new HashSet<>()).add(sink.attention().name()));
                });
            }
        }
        if (into == Into.CROSS_ATTENTION) {
            groups.keySet().removeIf(key -> attentions.getOrDefault(key, Set.of()).size() < 2);
        }
        return groups.values().stream().filter(group -> group.size() > 1).toList();
    }

    private Optional<Key> key(Node product, List<Sink> sinks) {
        if (sinks.isEmpty()) {
            return Optional.empty();
        }
        String input = product.inputs().getFirst();
        Node first = sinks.getFirst().attention();
        boolean isOne = sinks.stream().allMatch(sink -> sink.attention().equals(first));
        boolean areDeformable = sinks.stream().allMatch(sink -> sink.attention().operation() instanceof Operation.DeformableAttention);
        boolean areAttentions = sinks.stream().allMatch(sink -> sink.attention().operation() instanceof Operation.Attention);
        return switch (into) {
            case DEFORMABLE_ATTENTION -> areDeformable && isOne ? Optional.of(new Key(input, first.name())) : Optional.empty();
            case SELF_ATTENTION -> areAttentions && isOne ? Optional.of(new Key(input, first.name())) : Optional.empty();
            case CROSS_ATTENTION -> areAttentions && sinks.stream().allMatch(sink -> sink.input() == 1 || sink.input() == 2)
                    ? Optional.of(new Key(input, ""))
                    : Optional.empty();
        };
    }

    /// The attentions that a product goes into, with nothing but positions added on the way; none if it also goes elsewhere.
    private static List<Sink> sinks(Site site, Node product) {
        List<Sink> sinks = new ArrayList<>();
        Deque<String> open = new ArrayDeque<>(List.of(product.output()));
        while (!open.isEmpty()) {
            String value = open.pop();
            if (site.graph().outputs().contains(value)) {
                return List.of();
            }
            for (Node user : site.users(value)) {
                switch (user.operation()) {
                    case Operation.Attention _,Operation.DeformableAttention _ -> sinks.add(new Sink(user, user.inputs().indexOf(value)));
                    case Operation.Binary(Operation.BinaryFunction function) when function == Operation.BinaryFunction.ADD
                            && user.inputs().stream().allMatch(input -> input.equals(value) || site.isOfSizes(input)) ->
                        open.push(user.output());
                    default -> {
                        return List.of();
                    }
                }
            }
        }
        return sinks;
    }

    /// One product stands where the first of its group was, the others are parts of it.
    private static final class Merging {
        private final Map<Node, List<Node>> groups = new HashMap<>();
        private final Map<Node, Value> parts = new HashMap<>();

        Merging(List<List<Node>> groups) {
            groups.forEach(group -> group.forEach(node -> this.groups.put(node, group)));
        }

        Verdict at(Node node, Site site) {
            List<Node> group = groups.get(node);
            if (group == null) {
                return Verdict.keep();
            }
            Optional<String> obstacle = obstacle(group, site);
            if (obstacle.isPresent()) {
                return Verdict.refuse(obstacle.get());
            }
            if (node.equals(group.getFirst())) {
                merge(group, site);
            }
            return Optional.ofNullable(parts.get(node)).map(Verdict::replace).orElseGet(Verdict::keep);
        }

        private static Optional<String> obstacle(List<Node> group, Site site) {
            boolean areConstant = group.stream().flatMap(node -> node.inputs().stream().skip(1))
                    .allMatch(input -> site.constant(input).isPresent());
            if (!areConstant) {
                return Optional.of("a weight or bias of its group is computed");
            }
            long inputs = group.getFirst().inputs().size();
            return group.stream().allMatch(node -> node.inputs().size() == inputs)
                    ? Optional.empty()
                    : Optional.of("one of its group has a bias and another has none");
        }

        private void merge(List<Node> group, Site site) {
            Value x = site.value(group.getFirst().inputs().getFirst());
            Value weight = Value.concat(0, inputs(group, 1, site));
            Optional<Value> bias = group.getFirst().inputs().size() == 3 ? Optional.of(Value.concat(0, inputs(group, 2, site)))
                    : Optional.empty();
            Value product = PositionProduct.linear(x, weight, bias);
            Dimension start = Dimension.ZERO;
            for (Node node : group) {
                Dimension end = start.plus(site.shape(node.inputs().get(1)).get(0));
                parts.put(node, product.slice(-1, start, end));
                start = end;
            }
        }

        private static List<Value> inputs(List<Node> group, int index, Site site) {
            return group.stream().map(node -> site.value(node.inputs().get(index))).toList();
        }
    }
}
