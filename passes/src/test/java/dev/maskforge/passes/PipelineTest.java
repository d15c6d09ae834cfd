package dev.maskforge.passes;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation.Softmax;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

class PipelineTest {
    /// A pass in which a test says what it does.
    private record Made(String name, UnaryOperator<Graph> change) implements Pass {
        @Override
        public Outcome apply(Graph graph) {
            return new Outcome(change.apply(graph), 2, List.of(new Refusal("layer/Softmax", "it is used twice")));
        }
    }

    private static Graph withUnusedConstantNodes() {
        GraphBuilder builder = new GraphBuilder();
        Value x = Graphs.floats(builder, "x", 2, 3);
        Value constant = builder.constant("constant", Tensor.of(Shape.of(3), 1f, 2, 3));
        x.sigmoid();
        builder.output("y", x.add(constant.multiply(2)));
        return builder.build();
    }

    @Test
    void runsThePassesInTheirOrderAndCountsMatchesAndNodes() {
        Pipeline.Result result = Pipeline.of(new FoldConstants(), new RemoveUnused()).run(withUnusedConstantNodes());
        assertEquals(List.of("Add"), Graphs.types(result.graph()));
        assertEquals(List.of("fold constants: 1, 3 -> 2", "remove unused nodes: 1, 2 -> 1"),
                result.steps().stream().map(step -> step.pass() + ": " + step.matches() + ", " + step.before() + " -> " + step.after())
                        .toList());
        assertFalse(result.steps().stream().map(Pipeline.Step::time).anyMatch(Duration::isNegative));
    }

    @Test
    void eachPassTakesWhatTheLastOneGave() {
        Graph graph = Graphs.of(new Softmax(1), Shape.of(2, 3));
        Graph other = Graphs.of(new Softmax(0), Shape.of(2, 3));
        Pipeline.Result result = Pipeline.of(new Made("replace", given -> {
            assertSame(graph, given);
            return other;
        }), new Made("keep", given -> {
            assertSame(other, given);
            return given;
        })).run(graph);
        assertSame(other, result.graph());
    }

    @Test
    void showsEachGraphAndWhatThePassSaysOfIt() {
        Graph graph = Graphs.of(new Softmax(1), Shape.of(2, 3));
        List<String> seen = new ArrayList<>();
        Pipeline.Result result = Pipeline.of(new Made("keep", given -> given)).then(Pipeline.of(new RemoveUnused())).run(graph,
                (step, after) -> seen.add(step.pass() + ": " + step.matches() + " " + step.refusals() + " " + Graphs.types(after)));
        assertEquals(List.of("keep: 2 [Refusal[node=layer/Softmax, reason=it is used twice]] [Softmax]",
                "remove unused nodes: 0 [] [Softmax]"), seen);
        assertEquals(2, result.steps().size());
    }

    @Test
    void namesThePassThatBreaksAGraph() {
        Graph graph = Graphs.of(new Softmax(1), Shape.of(2, 3));
        Pass broken = new Made("break it", given -> new Graph(given.inputs(), List.of("z"), given.nodes(), given.initializers(),
                given.types(), given.metadata()));
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> Pipeline.of(new RemoveUnused(), broken).run(graph));
        assertEquals("pass 'break it': not a valid graph: output 'z' is not defined", e.getMessage());
    }

    @Test
    void withoutPassesNothingChanges() {
        Graph graph = withUnusedConstantNodes();
        Pipeline.Result result = Pipeline.of().run(graph);
        assertSame(graph, result.graph());
        assertEquals(List.of(), result.steps());
    }

    @Test
    void doesNotFireTwice() {
        Pipeline pipeline = Pipeline.of(new Lowering(Set.of(), Lowering.DeformableAttention.GATHER), new FoldConstants(),
                new RemoveUnused());
        Graph once = pipeline.run(withUnusedConstantNodes()).graph();
        Graph twice = pipeline.run(once).graph();
        assertEquals(once.nodes(), twice.nodes());
        assertEquals(once.initializers().keySet(), twice.initializers().keySet());
    }

    @Test
    void keepsMetadataAndTheNamesOfInputsAndOutputs() {
        GraphBuilder builder = GraphBuilder.rewriting(withUnusedConstantNodes());
        builder.metadata("maskforge.source", "a test");
        builder.output("y", builder.value("x").relu());
        Graph graph = builder.build();
        Graph after = Pipeline.of(new Lowering(Set.of(), Lowering.DeformableAttention.GRID_SAMPLE), new FoldConstants(), new RemoveUnused())
                .run(graph).graph();
        assertEquals(graph.metadata(), after.metadata());
        assertEquals(List.of("x"), after.inputs());
        assertEquals(List.of("y"), after.outputs());
    }
}
