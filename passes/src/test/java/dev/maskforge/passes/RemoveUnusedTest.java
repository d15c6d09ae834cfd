package dev.maskforge.passes;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation.Foreign;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.Verifier;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

class RemoveUnusedTest {
    private final GraphBuilder builder = new GraphBuilder();
    private final Value x = Graphs.floats(builder, "x", 2, 3);

    private static Graph removed(Graph graph) {
        return Verifier.verify(new RemoveUnused().apply(graph).graph());
    }

    @Test
    void aNodeThatNothingTakesGoes() {
        Value unused = x.sigmoid();
        builder.output("y", x.relu());
        Graph after = removed(builder.build());
        assertEquals(List.of("Relu"), Graphs.types(after));
        assertEquals(Set.of("x", "y"), after.types().keySet());
        assertEquals("Sigmoid", unused.name());
    }

    @Test
    void aChainThatNothingTakesGoesWithItsConstants() {
        Value weight = builder.initializer("weight", Tensor.of(Shape.of(3), 1f, 2, 3));
        x.add(weight).relu().sigmoid();
        builder.output("y", x.relu());
        Graph after = removed(builder.build());
        assertEquals(List.of("Relu"), Graphs.types(after));
        assertEquals(Map.of(), after.initializers());
        assertEquals(Set.of("x", "y"), after.types().keySet());
    }

    @Test
    void aConstantThatAnotherNodeTakesStays() {
        Value weight = builder.initializer("weight", Tensor.of(Shape.of(3), 1f, 2, 3));
        x.multiply(weight).relu();
        builder.output("y", x.add(weight));
        assertEquals(Set.of("weight"), removed(builder.build()).initializers().keySet());
    }

    /// A file may hold constants that nothing takes; the builder drops its own.
    @Test
    void aConstantThatNothingTakesGoes() {
        builder.output("y", x.relu());
        Graph graph = builder.build();
        Tensor constant = Tensor.of(Shape.of(3), 1f, 2, 3);
        Map<String, TensorType> types = new HashMap<>(graph.types());
        types.put("unused", constant.type());
        Graph with = new Graph(graph.inputs(), graph.outputs(), graph.nodes(), new LinkedHashMap<>(Map.of("unused", constant)), types,
                graph.metadata());
        Graph after = removed(with);
        assertEquals(Map.of(), after.initializers());
        assertEquals(Set.of("x", "y"), after.types().keySet());
    }

    @Test
    void inputsStayThoughNothingTakesThem() {
        Graphs.floats(builder, "z", 1);
        x.sigmoid();
        builder.output("y", x.relu());
        assertEquals(List.of("x", "z"), removed(builder.build()).inputs());
    }

    @Test
    void doesNotFireWhereAllIsNeeded() {
        builder.output("y", x.relu().add(x.sigmoid()));
        Graph graph = builder.build();
        assertSame(graph, new RemoveUnused().apply(graph).graph());
    }

    @Test
    void doesNotFireOnANodeThatIsTakenAndAnOutput() {
        Value middle = x.relu();
        builder.output("middle", middle);
        builder.output("y", middle.sigmoid());
        Graph graph = builder.build();
        assertSame(graph, new RemoveUnused().apply(graph).graph());
    }

    @Test
    void doesNotFireOnANodeOneOfWhoseOutputsIsTaken() {
        builder.output("y", x.relu());
        Graph graph = builder.build();
        TensorType type = new TensorType(DataType.FLOAT32, Shape.of(2, 3));
        GraphBuilder two = GraphBuilder.rewriting(graph);
        Value input = two.value("x");
        List<Value> halves = two.copy(new Node("split", new Foreign("", "Split", Map.of(), List.of(type, type)),
                List.of("x"), List.of("left", "right")), List.of(input));
        two.output("y", halves.getLast().relu());
        Graph split = two.build();
        assertSame(split, new RemoveUnused().apply(split).graph());
    }

    @Test
    void doesNotFireOnTwoOutputsOfOneGraph() {
        builder.output("a", x.relu());
        builder.output("b", x.sigmoid());
        Graph graph = builder.build();
        assertSame(graph, new RemoveUnused().apply(graph).graph());
    }
}
