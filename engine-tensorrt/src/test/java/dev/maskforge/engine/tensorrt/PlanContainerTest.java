package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.Partition;
import dev.maskforge.engine.tensorrt.plan.PlanContainer;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

class PlanContainerTest {
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
        return new PlanContainer(inputs, outputs, between, List.of(
                new PlanContainer.Part.Segment(MemorySegment.ofArray(new byte[]{1, 2, 3, 4, 5})),
                new PlanContainer.Part.Kernel(new Partition.Step.Kernel(node, List.of(logits, masks), List.of(labels)))));
    }

    @Test
    void whatIsWrittenIsRead() {
        try (Arena arena = Arena.ofConfined()) {
            PlanContainer read = PlanContainer.read(container().write(arena));
            assertEquals(container().inputs(), read.inputs());
            assertEquals(container().outputs(), read.outputs());
            assertEquals(container().between(), read.between());
            assertEquals(container().parts().get(1), read.parts().get(1));
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
                    damaged[random.nextInt(160)] = (byte) random.nextInt(256);
                }
                MemorySegment memory = MemorySegment.ofArray(damaged).asSlice(0, random.nextInt(damaged.length + 1));
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
}
