package dev.maskforge.engine;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.reference.InputSizes;
import dev.maskforge.graph.reference.Interpreter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;

/// A graph in the interpreter.
final class ReferenceEngine extends AbstractEngine {
    private final Graph graph;
    private final Runnable release;

    /// @param release frees what the graph lies in
    ReferenceEngine(Graph graph, Runnable release) {
        super(InputSizes.inputTypes(graph), outputTypes(graph));
        this.graph = graph;
        this.release = release;
    }

    private static SequencedMap<String, TensorType> outputTypes(Graph graph) {
        SequencedMap<String, TensorType> types = new LinkedHashMap<>();
        graph.outputs().forEach(name -> types.put(name, graph.type(name)));
        return types;
    }

    @Override
    protected AbstractSession newSession() {
        return new ReferenceSession(this);
    }

    @Override
    protected void release() {
        release.run();
    }

    private static final class ReferenceSession extends AbstractSession {
        private final Graph graph;
        private volatile boolean givenUp;

        ReferenceSession(ReferenceEngine engine) {
            super(engine);
            this.graph = engine.graph;
        }

        @Override
        protected SequencedMap<String, Tensor> run(Map<String, Tensor> inputs, Map<String, Long> sizes) {
            return run(inputs, _ -> {
            });
        }

        /// A layer a node.
        @Override
        protected List<LayerTime> layerTimes(Map<String, Tensor> inputs, Map<String, Long> sizes) {
            List<LayerTime> times = new ArrayList<>();
            long[] last = {System.nanoTime()};
            run(inputs, node -> {
                long now = System.nanoTime();
                times.add(new LayerTime(node.name(), List.of(node.name()), now - last[0]));
                last[0] = now;
            });
            return times;
        }

        /// @param computed is told of each node
        private SequencedMap<String, Tensor> run(Map<String, Tensor> inputs, Consumer<Node> computed) {
            try {
                return Interpreter.run(graph, inputs, (node, _) -> {
                    computed.accept(node);
                    if (givenUp) {
                        throw new EngineException("the interpreter stopped after node '" + node.name() + "'");
                    }
                });
            } catch (IllegalArgumentException e) {
                throw new EngineException("the interpreter cannot go on: " + e.getMessage(), e);
            }
        }

        @Override
        protected void giveUp() {
            givenUp = true;
        }

        @Override
        protected void makeReady() {
            givenUp = false;
        }

        @Override
        protected void release() {
            // The heap is the garbage collector's.
        }
    }
}
