package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.Rewriter;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Cast(Pixels to float32) -> Pixels to float16: the kernel rounds what it has computed, and what is written and read is half
/// as long.
final class RoundPixels implements Pass {
    @Override
    public String name() {
        return "round pixels where they are computed";
    }

    @Override
    public Outcome apply(Graph graph) {
        Map<String, Node> pixels = new HashMap<>();
        graph.nodes().stream().filter(node -> node.operation() instanceof Operation.Pixels(_, _, DataType to) && to == DataType.FLOAT32)
                .forEach(node -> pixels.put(node.output(), node));
        return Rewriter.rewrite(graph, (node, _, place) -> {
            if (!(node.operation() instanceof Operation.Cast(DataType to)) || to != DataType.FLOAT16) {
                return Optional.empty();
            }
            return Optional.ofNullable(pixels.get(node.inputs().getFirst())).map(source -> rounded(node, source, place));
        });
    }

    private static Value rounded(Node cast, Node source, Rewriter.Place place) {
        Operation.Pixels of = (Operation.Pixels) source.operation();
        return place.builder().within(cast.name(), () -> place.builder().add(new Operation.Pixels(of.mean(), of.deviation(),
                DataType.FLOAT16), source.inputs().stream().map(place::value).toArray(Value[]::new)));
    }
}
