package dev.maskforge.graph;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class GraphBuilderTest {
    private static final TensorType TYPE = new TensorType(DataType.FLOAT32, Shape.of(2, 3));

    private final GraphBuilder builder = new GraphBuilder();
    private final Value x = builder.input("x", TYPE);

    private static List<String> names(Graph graph) {
        return graph.nodes().stream().map(Node::name).toList();
    }

    @Test
    void nodesAreNamedAfterTheirScope() {
        Value inner = builder.within("backbone", () -> {
            Value first = x.relu();
            Value deeper = builder.within("backbone.res2", () -> first.add(x));
            assertEquals("backbone", builder.scope());
            return deeper.relu();
        });
        assertEquals("", builder.scope());
        builder.output("y", inner.sigmoid());
        Graph graph = builder.build();
        assertEquals(List.of("backbone/Relu", "backbone.res2/Add", "backbone/Relu_1", "Sigmoid"), names(graph));
        assertEquals("backbone.res2/Add: float32[2, 3]", builder.value("backbone.res2/Add").toString());
    }

    @Test
    void theScopeEndsWhereBuildingFails() {
        assertThrows(IllegalArgumentException.class, () -> builder.within("head", () -> x.matMul(x)));
        assertEquals("", builder.scope());
    }

    @Test
    void aShapeThatDoesNotFitNamesTheNode() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> builder.within("head", () -> x.matMul(x)));
        assertEquals("node 'head/MatMul': MatMul: the inner dimensions differ: 3 and 2", e.getMessage());
    }

    @Test
    void outputsAreKnownByTheirNames() {
        Value middle = x.relu();
        builder.output("middle", middle);
        builder.output("y", middle.add(middle));
        Graph graph = Verifier.verify(builder.build());
        assertEquals(List.of("middle", "y"), graph.outputs());
        assertEquals(List.of("middle", "middle"), graph.nodes().getLast().inputs());
        assertEquals(Set.of("x", "middle", "y"), graph.types().keySet());
        assertEquals(List.of("Relu", "Add"), names(graph));
    }

    @Test
    void outputsMustBeANodesOwn() {
        Value constant = builder.constant(1f);
        Value y = x.relu();
        builder.output("y", y);
        assertThrows(IllegalArgumentException.class, () -> builder.output("x2", x));
        assertThrows(IllegalArgumentException.class, () -> builder.output("one", constant));
        assertThrows(IllegalArgumentException.class, () -> builder.output("again", y));
        assertThrows(IllegalArgumentException.class, () -> builder.output("y", x.sigmoid()));
    }

    /// Otherwise two values would have one name once the output gets its own.
    @Test
    void anOutputCannotTakeTheNameOfAnotherValue() {
        Value relu = x.relu();
        Value sigmoid = x.sigmoid();
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> builder.output("Relu", sigmoid));
        assertEquals("output 'Relu' has the name of another value", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> builder.output("x", sigmoid));
        builder.output("Relu", relu);
        builder.output("Relu_1", sigmoid);
        assertEquals("Relu_2", x.relu().name());
        Verifier.verify(builder.build());
    }

    @Test
    void valuesOfAnotherBuilderAreRefused() {
        Value stranger = new GraphBuilder().input("x", TYPE);
        assertThrows(IllegalArgumentException.class, () -> x.add(stranger));
        Value theirs = stranger.relu();
        assertThrows(IllegalArgumentException.class, () -> builder.output("y", theirs));
    }

    @Test
    void unusedConstantsStayOut() {
        builder.initializer("unused", Tensor.of(Shape.of(3), 1f, 2, 3));
        Value used = builder.initializer("used", Tensor.of(Shape.of(3), 1f, 2, 3));
        builder.output("y", x.add(used));
        Graph graph = builder.build();
        assertEquals(Set.of("used"), graph.initializers().keySet());
        assertEquals(Set.of("x", "used", "y"), graph.types().keySet());
    }

    @Test
    void scalarsAreShared() {
        assertSame(builder.constant(1f), builder.constant(1f));
        assertSame(builder.constant(1L), builder.constant(1L));
        assertEquals(DataType.INT64, builder.constant(1L).type().dataType());
        assertEquals(DataType.FLOAT32, builder.constant(1f).type().dataType());
        assertTrue(builder.constant(0f) != builder.constant(-0f));
    }

    @Test
    void aNameStandsForOneTensor() {
        Tensor tensor = Tensor.of(Shape.of(1), 1f);
        assertSame(builder.initializer("weight", tensor), builder.initializer("weight", tensor));
        assertThrows(IllegalArgumentException.class, () -> builder.initializer("weight", Tensor.of(Shape.of(1), 1f)));
        assertThrows(IllegalArgumentException.class, () -> builder.input("x", TYPE));
        assertThrows(IllegalArgumentException.class, () -> builder.initializer("x", tensor));
    }

    @Test
    void constantsOfAScopeNeverMeet() {
        Value first = builder.within("head", () -> builder.constant("mean", Tensor.of(Shape.of(1), 1f)));
        Value second = builder.within("head", () -> builder.constant("mean", Tensor.of(Shape.of(1), 2f)));
        assertEquals(List.of("head/mean", "head/mean_1"), List.of(first.name(), second.name()));
    }

    @Test
    void rewritingLeavesTheNamesToTheCopies() {
        builder.metadata("key", "text");
        Value weight = builder.initializer("weight", Tensor.of(Shape.of(3), 1f, 2, 3));
        builder.output("y", x.relu().add(weight).relu());
        Graph graph = builder.build();
        GraphBuilder rewriting = GraphBuilder.rewriting(graph);
        // A new node before the old ones are copied does not take their names.
        Value own = rewriting.value("x").relu();
        assertEquals("Relu_2", own.name());
        Value first = rewriting.copy(graph.nodes().get(0), List.of(own)).getFirst();
        Value second = rewriting.copy(graph.nodes().get(1), List.of(first, rewriting.value("weight"))).getFirst();
        rewriting.output("y", rewriting.copy(graph.nodes().get(2), List.of(second)).getFirst());
        Graph after = Verifier.verify(rewriting.build());
        assertEquals(List.of("Relu_2", "Relu", "Add", "Relu_1"), names(after));
        assertEquals(graph.outputs(), after.outputs());
        assertEquals(graph.inputs(), after.inputs());
        assertEquals(graph.metadata(), after.metadata());
        assertSame(graph.initializers().get("weight"), after.initializers().get("weight"));
    }

    @Test
    void sizesThatAreKnownAreConstants() {
        Value known = builder.size(Dimension.of(7));
        builder.output("y", x.relu());
        assertEquals("int64[1]", known.type().toString());
        assertEquals(List.of("Relu"), names(builder.build()));
        assertEquals("Sizes", builder.size(Dimension.symbol("h")).name());
    }
}
