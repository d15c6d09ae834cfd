package dev.maskforge.engine;

import dev.maskforge.engine.LayerComparison.Report;
import dev.maskforge.engine.LayerComparison.Subject;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class LayerComparisonTest {
    private static final int LAYERS = 3000;

    /// Of 3,000 layers that add 1, one adds something else.
    private static Graph chain(int different, float instead) {
        GraphBuilder builder = new GraphBuilder();
        Value value = builder.input("x", new TensorType(DataType.FLOAT32, Shape.of(Dimension.symbol("n"))));
        for (int layer = 0; layer < LAYERS; layer++) {
            Value before = value;
            float added = layer == different ? instead : 1;
            value = builder.within("layers." + layer, () -> before.add(added));
        }
        builder.output("y", value);
        return builder.build();
    }

    private static Subject subject(Graph graph) {
        return new Subject(graph, new ReferenceEngineProvider(), EngineOptions.standard(), Map.of("x", Tensor.of(Shape.of(2), 1f, 2f)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 47, 48, 1234, LAYERS - 2})
    void findsTheFirstLayerThatDiffers(int layer) {
        Report report = LayerComparison.run(subject(chain(-1, 1)), subject(chain(layer, 1000)), 0.01);
        assertEquals(Optional.of("layers." + layer + "/Add"), report.first().map(OutputError::output));
        assertEquals(LAYERS, report.values());
        // Three rounds of 48 at most, of 3,000.
        assertTrue(report.measured().size() <= 3 * 48, report.measured().size() + " measured");
        assertEquals("y", report.measured().getLast().output());
    }

    @Test
    void theLastMayBeTheFirst() {
        Report report = LayerComparison.run(subject(chain(-1, 1)), subject(chain(LAYERS - 1, 1000)), 0.01);
        assertEquals(Optional.of("y"), report.first().map(OutputError::output));
    }

    @Test
    void thereMayBeNone() {
        Report report = LayerComparison.run(subject(chain(-1, 1)), subject(chain(5, 1.001f)), 0.01);
        assertEquals(Optional.empty(), report.first());
        assertEquals(48, report.measured().size());
        assertTrue(report.measured().getLast().relative() > 0);
    }

    @Test
    void whatHasNothingInCommonIsRefused() {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", new TensorType(DataType.FLOAT32, Shape.of(Dimension.symbol("n"))));
        builder.output("z", builder.within("elsewhere", x::sigmoid));
        Subject other = subject(builder.build());
        assertThrows(IllegalArgumentException.class, () -> LayerComparison.run(subject(chain(-1, 1)), other, 0.01));
    }
}
