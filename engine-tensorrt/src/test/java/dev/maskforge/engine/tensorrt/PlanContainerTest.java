package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.Partition;
import dev.maskforge.engine.tensorrt.plan.PlanContainer;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class PlanContainerTest {
    /// The first bytes, in which most of the header lies.
    private static final int HEADER = 320;

    private static PlanContainer container() {
        SequencedMap<String, TensorType> inputs = new LinkedHashMap<>();
        inputs.put("image", new TensorType(DataType.FLOAT32, Shape.of(Dimension.symbol("n"), Dimension.of(3),
                Dimension.symbol("h").times(32), Dimension.symbol("w").times(32))));
        SequencedMap<String, TensorType> outputs = new LinkedHashMap<>();
        TensorType labels = new TensorType(DataType.UINT8, Shape.of(1, 5, 7));
        outputs.put("labels", labels);
        outputs.put("count", new TensorType(DataType.INT64, Shape.of(new long[0])));
        TensorType logits = new TensorType(DataType.FLOAT32, Shape.of(1, 4, 3));
        TensorType masks = new TensorType(DataType.FLOAT32, Shape.of(1, 4, 2, 2));
        SequencedMap<String, TensorType> between = new LinkedHashMap<>();
        between.put("pred logits", logits);
        between.put("masks/MatMul_1", masks);
        Node node = new Node("head/SemanticLabels", new Operation.SemanticLabels(Dimension.of(5), Dimension.of(7)),
                List.of("pred logits", "masks/MatMul_1"), List.of("labels"));
        Node other = new Node("other/SemanticLabels", new Operation.SemanticLabels(Dimension.of(5), Dimension.of(7)),
                List.of("classes of all", "masks/MatMul_1"), List.of("others"));
        return new PlanContainer(inputs, outputs, between, constants(), List.of(
                new PlanContainer.Part.Segment(MemorySegment.ofArray(new byte[]{1, 2, 3, 4, 5})),
                new PlanContainer.Part.Kernel(new Partition.Step.Kernel(node, List.of(logits, masks), List.of(labels))),
                new PlanContainer.Part.Kernel(new Partition.Step.Kernel(other, List.of(logits, masks), List.of(labels)))));
    }

    private static SequencedMap<String, Tensor> constants() {
        SequencedMap<String, Tensor> constants = new LinkedHashMap<>();
        constants.put("classes of all", Tensor.of(Shape.of(1, 4, 3), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12f));
        constants.put("nothing", Tensor.ofBytes(Shape.of(0, 5), new byte[0]));
        constants.put("one", Tensor.of(Shape.of(new long[0]), 7L));
        return constants;
    }

    @Test
    void whatIsWrittenIsRead() {
        try (Arena arena = Arena.ofConfined()) {
            PlanContainer read = PlanContainer.read(container().write(arena));
            assertEquals(container().inputs(), read.inputs());
            assertEquals(container().outputs(), read.outputs());
            assertEquals(container().between(), read.between());
            assertEquals(container().parts().subList(1, 3), read.parts().subList(1, 3));
            assertEquals(Map.of("SemanticLabels", 2), read.kernels());
            assertEquals(List.of("classes of all", "nothing", "one"), List.copyOf(read.constants().keySet()));
            read.constants().forEach((name, constant) -> {
                Tensor wanted = Objects.requireNonNull(constants().get(name));
                assertEquals(wanted.type(), constant.type());
                assertEquals(-1, wanted.memory().mismatch(constant.memory()), name);
                assertEquals(0, constant.memory().address() % 256, name);
            });
            MemorySegment segment = assertInstanceOf(PlanContainer.Part.Segment.class, read.parts().getFirst()).bytes();
            assertEquals(-1, MemorySegment.ofArray(new byte[]{1, 2, 3, 4, 5}).mismatch(segment));
            assertEquals(0, segment.address() % 256);
        }
    }

    @Test
    void whatIsNoneIsRefusedByAnEngineExceptionAndNothingElse() {
        Random random = new Random(5);
        try (Arena arena = Arena.ofConfined()) {
            byte[] whole = container().write(arena).toArray(ValueLayout.JAVA_BYTE);
            int refused = 0;
            for (int i = 0; i < 2000; i++) {
                byte[] damaged = whole.clone();
                for (int j = 0; j < 3; j++) {
                    damaged[random.nextInt(HEADER)] = (byte) random.nextInt(256);
                }
                MemorySegment memory = MemorySegment.ofArray(damaged).asSlice(0,
                        random.nextBoolean() ? damaged.length : random.nextInt(damaged.length + 1));
                try {
                    PlanContainer.read(memory);
                } catch (EngineException _) {
                    refused++;
                }
            }
            System.out.println("damaged headers refused: " + refused + " of 2000");
        }
        assertThrows(EngineException.class, () -> PlanContainer.read(MemorySegment.ofArray(new byte[0])));
    }

    /// Nothing is taken for a size before it is known to lie in the plan.
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"constant c float32 4000000000 4000000000 4|overflow", "constant c uint8 9000000000|bound",
            "constant c float32 -2 -2|is no size", "constant c float32 n|is no size", "constant c float33 2|data type",
            "constant c|line of 2 words", "constant c uint8 2;constant c uint8 2|describes 'c' twice",
            "input x uint8 2;constant x uint8 2|describes 'x' twice", "output x uint8 2;output x uint8 2|describes 'x' twice",
            "constant c uint8 2;between c uint8 2|describes 'c' twice", "constant c uint8 2|has no step", "segment 9000000000|bound",
            "segment -1|bound"})
    void hostileHeadersAreRefused(String lines, String reason) {
        String header = lines.replace(' ', '\t').replace(';', '\n') + "\n";
        byte[] plan = Arrays.copyOf((PlanContainer.FORMAT + " " + header.length() + "\n" + header).getBytes(StandardCharsets.US_ASCII),
                4096);
        String message = String.valueOf(
                assertThrows(EngineException.class, () -> PlanContainer.read(MemorySegment.ofArray(plan))).getMessage());
        assertTrue(message.startsWith("this is no TensorRT plan of Maskforge: ") && message.contains(reason),
                message);
    }

    @Test
    void kernelsTakeConstantsAsTheyAreAndGiveNone() {
        TensorType two = new TensorType(DataType.FLOAT32, Shape.of(2));
        TensorType three = new TensorType(DataType.FLOAT32, Shape.of(3));
        SequencedMap<String, Tensor> constants = new LinkedHashMap<>(Map.of("c", Tensor.of(Shape.of(2), 1, 2f)));
        Operation relu = new Operation.Unary(Operation.UnaryFunction.RELU);
        assertRefused("takes the constant 'c' as float32[3]", constants,
                new Partition.Step.Kernel(new Node("k", relu, List.of("c"), List.of("y")), List.of(three), List.of(three)));
        assertRefused("gives 'c', which is a constant", constants,
                new Partition.Step.Kernel(new Node("k", relu, List.of("x"), List.of("c")), List.of(two), List.of(two)));
    }

    private static void assertRefused(String reason, SequencedMap<String, Tensor> constants, Partition.Step.Kernel kernel) {
        SequencedMap<String, TensorType> none = new LinkedHashMap<>();
        String message = String.valueOf(assertThrows(IllegalArgumentException.class,
                () -> new PlanContainer(none, none, none, constants, List.of(new PlanContainer.Part.Kernel(kernel)))).getMessage());
        assertTrue(message.contains(reason), message);
    }

    @Test
    void plansOfTheFormatBeforeAreStale() {
        try (Arena arena = Arena.ofConfined()) {
            byte[] plan = container().write(arena).toArray(ValueLayout.JAVA_BYTE);
            plan[PlanContainer.FORMAT.length() - 1] = '1';
            EngineException refusal = assertThrows(EngineException.class, () -> PlanContainer.read(MemorySegment.ofArray(plan)));
            assertEquals("this is no TensorRT plan of Maskforge: it is stale, of the format of another version; build it anew",
                    refusal.getMessage());
        }
    }
}
