package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.tensorrt.kernels.Randoms;
import dev.maskforge.engine.tensorrt.kernels.stem.StemProgram;
import dev.maskforge.engine.tensorrt.steps.ChannelsLast;
import dev.maskforge.engine.tensorrt.steps.KernelSteps;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.graph.Verifier;
import dev.maskforge.graph.reference.Interpreter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

class GatherStemTest {
    /// What is other than the kernel wants it.
    enum Other {
        NOTHING, CHANNELS, STRIDE, POOLING, ACTIVATION, WITHOUT_BIAS, TYPE, BETWEEN_TAKEN, IMAGE_TAKEN, WEIGHTS_COMPUTED, BIAS_COMPUTED,
        RESULT_IS_OUTPUT
    }

    private static Graph graph(Other other) {
        DataType type = other == Other.TYPE ? DataType.FLOAT32 : DataType.FLOAT16;
        int channels = other == Other.CHANNELS ? 32 : 64;
        GraphBuilder builder = new GraphBuilder();
        Value pixels = builder.input("pixels", new TensorType(DataType.UINT8, Shape.of(2, 21, 30, 3)));
        Value valid = builder.input("valid", new TensorType(DataType.INT32, Shape.of(2, 2)));
        Value image = builder.add(new Operation.Pixels(List.of(120f, 115f, 100f), List.of(60f, 50f, 40f), type), pixels, valid);
        Value constant = builder.constant("weights", numbers(type, 1, channels, 3, 7, 7));
        Value weights = other == Other.WEIGHTS_COMPUTED ? constant.add(constant) : constant;
        Value shift = builder.constant("shift", numbers(type, 2, channels));
        Value bias = other == Other.BIAS_COMPUTED ? shift.add(shift) : shift;
        Operation.Conv convolution = new Operation.Conv(other == Other.STRIDE ? 1 : 2, 3, 1, 1);
        Value convolved = other == Other.WITHOUT_BIAS
                ? builder.add(convolution, image, weights)
                : builder.add(convolution, image, weights, bias);
        Value active = other == Other.ACTIVATION ? convolved.sigmoid() : convolved.relu();
        Value result = builder.add(new Operation.MaxPool(other == Other.POOLING ? 2 : 3, 2, other == Other.POOLING ? 0 : 1), active);
        if (other == Other.RESULT_IS_OUTPUT) {
            builder.output("result", result);
        }
        builder.output("next", result.cast(DataType.FLOAT32).relu());
        if (other == Other.BETWEEN_TAKEN) {
            builder.output("between", active.cast(DataType.FLOAT32));
        }
        if (other == Other.IMAGE_TAKEN) {
            builder.output("image", image.cast(DataType.FLOAT32));
        }
        return builder.build();
    }

    private static Tensor numbers(DataType type, long seed, long... sizes) {
        Shape shape = Shape.of(sizes);
        float[] values = Randoms.normal(seed, Math.toIntExact(shape.elementCount()), 0.1, type);
        return type == DataType.FLOAT16 ? Tensor.ofHalves(shape, values) : Tensor.of(shape, values);
    }

    private static float[] next(Graph graph) {
        Map<String, Tensor> inputs = Map.of("pixels", Tensor.ofBytes(Shape.of(2, 21, 30, 3), Randoms.bytes(5, 2 * 21 * 30 * 3)), "valid",
                Tensor.ofIntegers(Shape.of(2, 2), 21, 28, 15, 30));
        return Objects.requireNonNull(Interpreter.run(graph, inputs).get("next")).toFloats();
    }

    @Test
    void isGatheredAndComputesTheSame() {
        Graph before = graph(Other.NOTHING);
        Graph after = Verifier.verify(new GatherStem().apply(before).graph());
        Node stem = after.nodes().stream().filter(node -> KernelSteps.name(node).equals(KernelSteps.STEM)).findFirst().orElseThrow();
        assertEquals(3, after.nodes().size());
        StemProgram program = StemProgram.of(assertInstanceOf(Operation.Subgraph.class, stem.operation()).graph());
        assertEquals("pixels", program.pixels());
        assertEquals("/shift", program.bias());
        assertEquals(Set.of(stem.output()), ChannelsLast.of(stem, after.types()));
        assertEquals(4, stem.inputs().size());
        assertArrayEquals(next(before), next(after));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NOTHING")
    void whatIsOtherIsLeftAlone(Other other) {
        Graph before = graph(other);
        assertSame(before, new GatherStem().apply(before).graph());
    }
}
