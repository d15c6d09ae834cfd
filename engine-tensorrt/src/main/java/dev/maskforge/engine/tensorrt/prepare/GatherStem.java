package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.tensorrt.kernels.ValueUses;
import dev.maskforge.engine.tensorrt.kernels.stem.StemProgram;
import dev.maskforge.engine.tensorrt.kernels.stem.StemWeights;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.Pass;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// MaxPool(Relu(Conv(Pixels))), as a [StemProgram] is -> one Subgraph of them, with weights as the kernel wants them.
///
/// Exact: the same nodes compute the same, of weights that are first brought back into their order. In a network the image is written in
/// planes, brought into the layout of convolutions, and the convolution writes four times what is left of it.
record GatherStem() implements Pass {
    @Override
    public String name() {
        return "gather the stem of a ResNet";
    }

    @Override
    public Outcome apply(Graph graph) {
        Neighbours neighbours = Neighbours.of(graph);
        ValueUses uses = ValueUses.of(graph);
        return graph.nodes().stream().filter(node -> node.operation() instanceof Operation.MaxPool)
                .flatMap(node -> StemProgram.matching(graph, node.output(), uses,
                        weights -> Optional.of(weights).filter(graph.initializers()::containsKey)).stream())
                .filter(match -> graph.initializers().containsKey(match.program().bias())
                        && MapBorders.canBe(graph, match.program().output(), neighbours))
                .findFirst().map(match -> gathered(graph, match)).orElseGet(() -> Outcome.unchanged(graph));
    }

    private static Outcome gathered(Graph graph, StemProgram.Match match) {
        StemProgram program = match.program();
        Tensor packed = StemWeights.pack(Objects.requireNonNull(graph.initializers().get(program.weights())));
        Set<String> names = new HashSet<>(graph.types().keySet());
        graph.nodes().forEach(node -> names.add(node.name()));
        String name = Subgraphs.free(program.weights() + "/stem", names);
        SequencedMap<String, Tensor> constants = new LinkedHashMap<>(graph.initializers());
        constants.put(name, packed);
        Map<String, TensorType> types = new HashMap<>(graph.types());
        types.put(name, packed.type());
        Graph with = new Graph(graph.inputs(), graph.outputs(), graph.nodes(), constants, types, graph.metadata());
        return Subgraphs.put(with, Set.copyOf(match.nodes()), Map.of(match.nodes().getLast(), subgraph(with, match, name)), "stem");
    }

    private static Operation.Subgraph subgraph(Graph graph, StemProgram.Match match, String packed) {
        StemProgram program = match.program();
        GraphBuilder inner = new GraphBuilder();
        List.of(program.pixels(), program.valid(), packed, program.bias()).forEach(name -> inner.input(name, graph.type(name)));
        Value weights = inner.within(packed, () -> StemWeights.unpack(inner.value(packed)));
        for (Node node : match.nodes()) {
            List<Value> inputs = new ArrayList<>();
            for (int i = 0; i < node.inputs().size(); i++) {
                inputs.add(node.equals(match.convolution()) && i == 1 ? weights : inner.value(node.inputs().get(i)));
            }
            inner.copy(node, inputs);
        }
        inner.output(program.output(), inner.value(program.output()));
        return new Operation.Subgraph(inner.build());
    }
}
