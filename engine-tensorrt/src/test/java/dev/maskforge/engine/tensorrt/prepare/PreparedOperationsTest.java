package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.Comparator;
import dev.maskforge.engine.OperationCase;
import dev.maskforge.engine.OperationCases;
import dev.maskforge.engine.OutputError;
import dev.maskforge.engine.Partition;
import dev.maskforge.engine.Precision;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Verifier;
import dev.maskforge.graph.reference.Interpreter;
import dev.maskforge.passes.precision.Ranges;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// The operations of the engines' contract as TensorRT gets them, by the interpreter: they mean the same, and keep to what
/// TensorRT's parser takes, as far as types say so.
class PreparedOperationsTest {
    private static Stream<OperationCase> operations() {
        return OperationCases.all().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("operations")
    void meanTheSameInTypesThatTensorRtHas(OperationCase each) {
        Preparation preparation = preparation(Precision.FP32);
        Graph prepared = Verifier.verify(preparation.apply(each.graph()).graph());
        for (Map<String, Long> sizes : each.sizes()) {
            SequencedMap<String, Tensor> inputs = each.inputs(sizes);
            OutputError error = Comparator.errors(Interpreter.run(each.graph(), inputs), Interpreter.run(prepared, inputs)).getFirst();
            assertTrue(error.relative() <= each.tolerance(), each + ": " + error.relative());
        }
        assertTakes(prepared, preparation);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("operations")
    void haveTypesThatTensorRtHasInHalfPrecisionToo(OperationCase each) {
        Preparation preparation = preparation(Precision.FP16);
        assertTakes(Verifier.verify(preparation.apply(each.graph()).graph()), preparation);
    }

    private static Preparation preparation(Precision precision) {
        return new Preparation(false, precision, new SettledForms(DeformableAttentionForm.KERNEL, AttentionForm.KERNEL, QueriesForm.NETWORK,
                GroupNormalizationForm.NETWORK, MasksForm.NETWORK, TokensForm.NETWORK, StemForm.NETWORK, true, LabelsForm.KERNEL),
                Ranges.none());
    }

    private static void assertTakes(Graph prepared, Preparation preparation) {
        for (Partition.Step step : Partition.ofNodes(prepared, preparation.cuts(prepared)).steps()) {
            if (step instanceof Partition.Step.Segment(Graph segment)) {
                segment.nodes().forEach(node -> assertTakes(segment, node));
            }
        }
    }

    private static void assertTakes(Graph segment, Node node) {
        for (String input : node.inputs()) {
            if (segment.type(input).dataType() == DataType.UINT8) {
                assertTrue(segment.inputs().contains(input) && segment.type(node.output()).dataType().isFloatingPoint(), node.toString());
            }
        }
        if (segment.type(node.output()).dataType() == DataType.UINT8) {
            assertTrue(segment.outputs().contains(node.output()), node.toString());
            assertTrue(segment.type(node.inputs().getFirst()).dataType().isFloatingPoint(), node.toString());
        }
        if (node.operation() instanceof Operation.QuantizeLinear || node.operation() instanceof Operation.DequantizeLinear) {
            assertEquals(3, node.inputs().size(), node.toString());
            Tensor zeros = Objects.requireNonNull(segment.initializers().get(node.inputs().get(2)), node.toString());
            assertEquals(DataType.INT8, zeros.dataType());
            assertArrayEquals(new byte[Math.toIntExact(zeros.elementCount())], zeros.memory().toArray(ValueLayout.JAVA_BYTE));
        }
    }
}
