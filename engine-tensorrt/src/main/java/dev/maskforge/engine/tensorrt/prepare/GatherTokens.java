package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.tensorrt.kernels.ValueUses;
import dev.maskforge.engine.tensorrt.kernels.tokens.TokensProgram;
import dev.maskforge.engine.tensorrt.kernels.tokens.TokensProgram.Product;
import dev.maskforge.engine.tensorrt.kernels.tokens.TokensWeights;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.RemoveUnused;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import java.util.stream.Stream;

/// What a [TokensProgram] does behind a deformable attention -> one Subgraph, with weights as the kernel wants them.
///
/// Exact: the same nodes compute the same, of weights that are first brought back into their order. In a network each product reads and
/// writes all tokens, of which the hidden ones are several times as wide.
///
/// A Subgraph stands where the second normalisation stood: all that it takes is there by then, and nobody takes what it gives before.
///
/// @param leastTokens of a picture, where their number is known; fewer are left alone
record GatherTokens(long leastTokens) implements Pass {
    @Override
    public String name() {
        return "gather what an encoder does with each token";
    }

    @Override
    public Outcome apply(Graph graph) {
        Graph used = new RemoveUnused().apply(graph).graph();
        List<TokensProgram.Match> matches = matches(used);
        if (matches.isEmpty()) {
            return Outcome.unchanged(graph);
        }
        Packing packing = new Packing(used);
        Map<Node, Operation.Subgraph> subgraphs = new HashMap<>();
        Set<Node> gathered = new HashSet<>();
        for (TokensProgram.Match match : matches) {
            subgraphs.put(second(match), subgraph(match, packing));
            gathered.addAll(match.nodes());
        }
        return Subgraphs.put(packing.graph(), gathered, subgraphs, "tokens");
    }

    private List<TokensProgram.Match> matches(Graph graph) {
        Neighbours neighbours = Neighbours.of(graph);
        ValueUses uses = ValueUses.of(graph);
        TokensProgram.Constants constants = new Initializers(graph);
        return graph.nodes().stream().filter(node -> node.operation() instanceof Operation.LayerNormalization && areEnough(graph, node))
                .flatMap(node -> TokensProgram.matching(graph, node.output(), uses, constants).stream())
                .filter(match -> neighbours.giver(match.program().attended())
                        .filter(node -> node.operation() instanceof Operation.DeformableAttention).isPresent())
                .toList();
    }

    private boolean areEnough(Graph graph, Node normalisation) {
        Shape shape = graph.type(normalisation.output()).shape();
        Dimension tokens = shape.rank() < 2 ? Dimension.ZERO : shape.get(-2);
        return !tokens.isConstant() || tokens.size() >= leastTokens;
    }

    private static Node second(TokensProgram.Match match) {
        return match.nodes().stream().filter(node -> node.output().equals(match.program().output())).findFirst().orElseThrow();
    }

    private static Operation.Subgraph subgraph(TokensProgram.Match match, Packing packing) {
        TokensProgram program = match.program();
        GraphBuilder inner = new GraphBuilder();
        inputs(match, packing).forEach(name -> inner.input(name, packing.type(name)));
        Map<Node, Product> products = new HashMap<>();
        program.products().forEach(product -> products.put(product.node(), product));
        for (Node node : match.nodes()) {
            Product product = products.get(node);
            List<Value> inputs = new ArrayList<>();
            for (int i = 0; i < node.inputs().size(); i++) {
                inputs.add(product != null && i == 1 ? unpacked(product, inner, packing) : inner.value(node.inputs().get(i)));
            }
            inner.copy(node, inputs);
        }
        Stream.concat(Stream.of(program.output()), program.following().map(product -> product.node().output()).stream())
                .forEach(name -> inner.output(name, inner.value(name)));
        return new Operation.Subgraph(inner.build());
    }

    private static Value unpacked(Product product, GraphBuilder inner, Packing packing) {
        String packed = packing.packed(product);
        return inner.within(packed, () -> product.kind().unpack(inner.value(packed), product.outputs(), product.inputs()));
    }

    /// What a Subgraph takes: what is computed, then constants.
    private static SequencedSet<String> inputs(TokensProgram.Match match, Packing packing) {
        TokensProgram program = match.program();
        SequencedSet<String> inputs = new LinkedHashSet<>(List.of(program.attended(), program.tokens()));
        program.products().forEach(product -> {
            inputs.add(packing.packed(product));
            inputs.add(product.bias());
        });
        for (TokensProgram.Normalisation normalisation : List.of(program.first(), program.second())) {
            inputs.add(normalisation.scale());
            inputs.add(normalisation.shift());
        }
        return inputs;
    }

    /// Those of a graph that does not pack weights yet.
    private record Initializers(Graph graph) implements TokensProgram.Constants {
        @Override
        public Optional<String> weights(TokensWeights kind, String weights) {
            return Optional.of(weights).filter(this::isVector);
        }

        @Override
        public boolean isVector(String value) {
            return graph.initializers().containsKey(value);
        }
    }

    /// A graph's constants, and packed ones beside them, each once.
    private static final class Packing {
        private record Key(String weights, TokensWeights kind) {}

        private final Graph graph;
        private final Set<String> names = new HashSet<>();
        private final Map<Key, String> packed = new HashMap<>();
        private final SequencedMap<String, Tensor> constants;

        Packing(Graph graph) {
            this.graph = graph;
            this.constants = new LinkedHashMap<>(graph.initializers());
            names.addAll(graph.types().keySet());
            graph.nodes().forEach(node -> names.add(node.name()));
        }

        String packed(Product product) {
            return packed.computeIfAbsent(new Key(product.weights(), product.kind()), key -> {
                Tensor weights = constants.get(key.weights());
                if (weights == null) {
                    throw new IllegalArgumentException("'" + key.weights() + "' is no constant");
                }
                String name = Subgraphs.free(key.weights() + "/" + key.kind(), names);
                constants.put(name, key.kind().pack(weights));
                return name;
            });
        }

        TensorType type(String name) {
            Tensor constant = constants.get(name);
            return constant == null ? graph.type(name) : constant.type();
        }

        /// The graph with them; what nobody takes is left out when it is built anew.
        Graph graph() {
            Map<String, TensorType> types = new HashMap<>(graph.types());
            constants.forEach((name, tensor) -> types.put(name, tensor.type()));
            return new Graph(graph.inputs(), graph.outputs(), graph.nodes(), constants, types, graph.metadata());
        }
    }
}
