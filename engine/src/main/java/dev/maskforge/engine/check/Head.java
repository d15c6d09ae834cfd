package dev.maskforge.engine.check;

import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Session;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation.SemanticInference;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Pipeline;
import java.util.HashMap;
import java.util.Map;

/// From class and mask logits of one picture to the scores of its pixels, on the reference's engine: what both sides' raw
/// outputs are judged by.
final class Head implements AutoCloseable {
    private final EngineProvider provider;
    private final EngineOptions options;
    private final Map<Kind, Opened> opened = new HashMap<>();

    private record Kind(TensorType classLogits, TensorType maskLogits, long height, long width) {}

    private record Opened(Engine engine, Session session) {}

    Head(EngineProvider provider, EngineOptions options) {
        this.provider = provider;
        this.options = options;
    }

    /// Scores float32 `[1, K, height, width]`, valid until the next call.
    ///
    /// @param classLogits float32 `[1, Q, K+1]`
    /// @param maskLogits  float32 `[1, Q, h, w]`
    Tensor scores(Tensor classLogits, Tensor maskLogits, long height, long width) {
        Session session = opened.computeIfAbsent(new Kind(classLogits.type(), maskLogits.type(), height, width), this::open).session();
        Tensor scores = session.run(Map.of("classes", classLogits, "masks", maskLogits)).get("scores");
        if (scores == null) {
            throw new IllegalStateException("the head gives no scores");
        }
        return scores;
    }

    @SuppressWarnings("MustBeClosedChecker") // closed with this
    private Opened open(Kind kind) {
        GraphBuilder builder = new GraphBuilder();
        builder.output("scores", builder.add(new SemanticInference(Dimension.of(kind.height()), Dimension.of(kind.width())),
                builder.input("classes", kind.classLogits()), builder.input("masks", kind.maskLogits())));
        Lowering lowering = new Lowering(provider.nativeOperations(), Lowering.DeformableAttention.ENGINE);
        Graph graph = Pipeline.of(lowering).run(builder.build()).graph();
        Engine engine = provider.build(graph, options);
        return new Opened(engine, engine.openSession());
    }

    @Override
    public void close() {
        opened.values().forEach(each -> {
            each.session().close();
            each.engine().close();
        });
        opened.clear();
    }
}
