package dev.maskforge.engine.onnxruntime;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.FusedConv;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

/// Steps here are kernels of one output: `y = x` is anything of x, `y = x + a` a convolution of x with a as its addend.
class PlacesTest {
    private static final TensorType MAP = new TensorType(DataType.FLOAT32, Shape.of(1, 8, 4, 4));
    private static final TensorType HALF = new TensorType(DataType.FLOAT32, Shape.of(1, 8, 2, 4));

    private final List<EngineStep> steps = new ArrayList<>();
    private final Map<String, TensorType> types = new LinkedHashMap<>();

    private void step(String output, String... inputs) {
        add(output, new Operation.Unary(Operation.UnaryFunction.RELU), List.of(inputs));
    }

    private void sum(String output, String x, String addend) {
        add(output, new FusedConv(1, 0, 1, 1, FusedConv.Activation.RELU), List.of(x, "weight", "bias", addend));
    }

    private void add(String output, Operation operation, List<String> inputs) {
        SequencedMap<String, TensorType> taken = new LinkedHashMap<>();
        inputs.forEach(name -> taken.put(name, MAP));
        SequencedMap<String, TensorType> given = new LinkedHashMap<>();
        given.put(output, MAP);
        types.put(output, MAP);
        Node node = new Node(output, operation, inputs, List.of(output));
        steps.add(new EngineStep.OwnKernel(node, (_, _, _, _) -> {
            throw new UnsupportedOperationException("it is not run");
        }, taken, given));
    }

    private Places places() {
        return Places.of(steps, types);
    }

    @Test
    void aSumIsWrittenOverItsAddend() {
        step("a", "image");
        step("x", "a");
        sum("y", "x", "a");
        step("z", "y");
        assertEquals(places().offset("a"), places().offset("y"));
        assertNotEquals(places().offset("x"), places().offset("y"));
    }

    /// A stage of a network: the place is taken until the last of them is, and nobody else gets it before.
    @Test
    void aChainOfBlocksStaysInOnePlace() {
        step("a", "image");
        step("x1", "a");
        sum("b", "x1", "a");
        step("x2", "b");
        sum("c", "x2", "b");
        step("late", "c");
        sum("d", "late", "c");
        step("end", "d", "late");
        Places places = places();
        for (String name : List.of("b", "c", "d")) {
            assertEquals(places.offset("a"), places.offset(name), name);
        }
        for (String name : List.of("x1", "x2", "late")) {
            assertNotEquals(places.offset("a"), places.offset(name), name);
        }
        assertEquals(2 * Places.bytes(MAP) + Places.bytes(MAP), places.bytes());
    }

    @Test
    void anAddendThatIsTakenLaterStays() {
        step("a", "image");
        step("x", "a");
        sum("y", "x", "a");
        step("z", "y", "a");
        assertNotEquals(places().offset("a"), places().offset("y"));
    }

    /// Its neighbours are still to be read.
    @Test
    void whatIsConvolvedIsNotWrittenOver() {
        step("a", "image");
        sum("y", "a", "a");
        step("z", "y");
        assertNotEquals(places().offset("a"), places().offset("y"));
    }

    /// Inputs, outputs and constants of the engine are not the block's.
    @Test
    void whatHasMemoryOfItsOwnIsNotWrittenOver() {
        step("x", "image");
        sum("y", "x", "image");
        step("z", "y");
        Places places = places();
        assertNotEquals(places.offset("x"), places.offset("y"));
        step("given", "z");
        sum("last", "z", "given");
        types.remove("given");
        assertEquals(1, places().places().values().stream().filter("last"::equals).count());
    }

    @Test
    void otherTypesAreNotWrittenOver() {
        step("a", "image");
        step("x", "a");
        sum("y", "x", "a");
        types.put("a", HALF);
        assertNotEquals(places().offset("a"), places().offset("y"));
    }
}
