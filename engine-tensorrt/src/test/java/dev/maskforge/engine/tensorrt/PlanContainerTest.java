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
import java.io.ByteArrayOutputStream;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
        between.put("others", labels);
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
                } catch (EngineException refusal) {
                    assertFalse(String.valueOf(refusal.getMessage()).contains("MemorySegment"), refusal.getMessage());
                    refused++;
                }
            }
            System.out.println("damaged headers refused: " + refused + " of 2000");
        }
        assertThrows(EngineException.class, () -> PlanContainer.read(MemorySegment.ofArray(new byte[0])));
    }

    /// Nothing is taken for a size before it is known to lie in the plan.
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"constant c float32 4000000000 4000000000 4|overflow",
            "constant c uint8 9000000000|does not have the bytes",
            "constant c float32 -2 -2|is no size", "between t float32 -2 -2;segment 1|is no size",
            "constant c float32 n|is no size", "constant c float33 2|data type",
            "constant c|line of 2 words", "constant c uint8 2;constant c uint8 2|describes 'c' twice",
            "input x uint8 2;constant x uint8 2|describes 'x' twice", "output x uint8 2;output x uint8 2|describes 'x' twice",
            "constant c uint8 2;between c uint8 2|describes 'c' twice", "constant c uint8 2|has no step",
            "segment 9000000000|does not have the bytes",
            "segment -1|does not have the bytes"})
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
        assertRefused("takes 'c' as float32[3], which is float32[2]", constants,
                new Partition.Step.Kernel(new Node("k", relu, List.of("c"), List.of("y")), List.of(three), List.of(three)));
        assertRefused("gives 'c', which is a constant", constants,
                new Partition.Step.Kernel(new Node("k", relu, List.of("c"), List.of("c")), List.of(two), List.of(two)));
    }

    private static void assertRefused(String reason, SequencedMap<String, Tensor> constants, Partition.Step.Kernel kernel) {
        SequencedMap<String, TensorType> none = new LinkedHashMap<>();
        String message = String.valueOf(assertThrows(IllegalArgumentException.class,
                () -> new PlanContainer(none, none, none, constants, List.of(new PlanContainer.Part.Kernel(kernel)))).getMessage());
        assertTrue(message.contains(reason), message);
    }

    /// A hostile plan's kernels would read and write beyond what was allocated for values that its header says are smaller.
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "between t float32 1 10 8|(x: float32[1, 10, 8]) -> (t) { t = Relu(x) }|",
            "between t float32 1 10 8|(x: float32[1, 100, 8]) -> (t) { t = Relu(x) }|takes 'x' as float32[1, 100, 8], which is",
            "between t float32 1 10 8|(x: float32[1, 10, 8]) -> (t) { t = Transpose{permutation=[0, 2, 1]}(x) }|"
                    + "gives 't' as float32[1, 8, 10], which is float32[1, 10, 8]",
            "between t float16 1 10 8|(x: float32[1, 10, 8]) -> (t) { t = Relu(x) }|gives 't' as float32[1, 10, 8], which is float16",
            "output t float32 n 10 8|(x: float32[1, 10, 8]) -> (t) { t = Relu(x) }|gives 't' as float32[1, 10, 8], which is float32[n,",
            "between t float32 1 10 8|(z: float32[1, 10, 8]) -> (t) { t = Relu(z) }|takes 'z', which is not described",
            "between t float32 1 10 8|(x: float32[1, 10, 8]) -> (z) { z = Relu(x) }|gives 'z', which is not described",
            "between t float32 1 10 8|(t: float32[1, 10, 8]) -> (x) { x = Relu(t) }|gives 'x', which is an input"})
    void kernelsTakeAndGiveWhatTheHeaderDescribes(String line, String kernel, @Nullable String reason) {
        assertRead(line, List.of(kernel), reason);
    }

    /// Columns lie in the matrix that they are of. Attention alone reads them there.
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "c = Slice{axis=2, start=4, end=8}(x)|(c: float32[1, 10, 4]) -> (t) { t = Attention{heads=1}(c, c, c) }|",
            "c = Slice{axis=2, start=4, end=8}(x)|(c: float32[1, 12, 4]) -> (t) { t = Attention{heads=1}(c, c, c) }|"
                    + "takes 'c' as float32[1, 12, 4], which is float32[1, 10, 4]",
            "c = Slice{axis=2, start=4, end=8}(x)|(c: float32[1, 10, 4]) -> (t) { t = Relu(c) }|takes 'c', which is columns of a matrix",
            "c = Slice{axis=2, start=4, end=8}(x)|(c: float32[1, 10, 4]) -> (d) { d = Slice{axis=2, start=0, end=4}(c) }|"
                    + "takes 'c', which is columns of a matrix",
            "c = Slice{axis=1, start=4, end=8}(x)|(c: float32[1, 4, 8]) -> (t) { t = Attention{heads=1}(c, c, c) }|"
                    + "selects what is not there",
            "t = Slice{axis=2, start=4, end=8}(x)|(x: float32[1, 10, 8]) -> (u) { u = Relu(x) }|"
                    + "selects columns as 't', which is something else"})
    void columnsLieInTheirMatrix(String columns, String kernel, @Nullable String reason) {
        String name = columns.substring(0, 1);
        assertRead("between t float32 1 10 4", List.of("(x: float32[1, 10, 8]) -> (" + name + ") { " + columns + " }", kernel), reason);
    }

    /// Reads a plan of an input `x: float32[1, 10, 8]`, what a line describes and kernels.
    ///
    /// @param reason of the refusal, if there is to be one
    private static void assertRead(String line, List<String> kernels, @Nullable String reason) {
        StringBuilder header = new StringBuilder("input x float32 1 10 8\n".replace(' ', '\t') + line.replace(' ', '\t') + "\n");
        kernels.forEach(kernel -> header.append("kernel\t").append(kernel.length()).append('\n'));
        ByteArrayOutputStream plan = new ByteArrayOutputStream();
        append(plan, PlanContainer.FORMAT + " " + header.length() + "\n" + header);
        kernels.forEach(kernel -> append(plan, kernel));
        MemorySegment whole = MemorySegment.ofArray(plan.toByteArray());
        if (reason == null) {
            assertEquals(kernels.size(), PlanContainer.read(whole).parts().size());
        } else {
            String message = String.valueOf(assertThrows(EngineException.class, () -> PlanContainer.read(whole)).getMessage());
            assertTrue(message.contains(reason) && message.endsWith("; build it anew"), message);
        }
    }

    /// To the next multiple of 256.
    private static void append(ByteArrayOutputStream plan, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        plan.writeBytes(Arrays.copyOf(bytes, (bytes.length + 255) / 256 * 256));
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
