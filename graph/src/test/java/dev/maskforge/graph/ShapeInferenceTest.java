package dev.maskforge.graph;

import dev.maskforge.graph.Operation.Binary;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Operation.DeformableAttention;
import dev.maskforge.graph.Operation.DeformableAttention.Level;
import dev.maskforge.graph.Operation.FusedConv.Activation;
import dev.maskforge.graph.Operation.Reduction;
import dev.maskforge.graph.Operation.Unary;
import dev.maskforge.graph.Operation.UnaryFunction;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// One accepted and one refused case a family of operations, at least. Types are text: `float32[n, 3, 32*h, 32*w]`.
class ShapeInferenceTest {
    private static final Dimension H = Dimension.symbol("h");
    private static final Dimension W = Dimension.symbol("w");

    private static TensorType type(String text) {
        int bracket = text.indexOf('[');
        String dimensions = text.substring(bracket + 1, text.length() - 1);
        return new TensorType(DataType.valueOf(text.substring(0, bracket).toUpperCase(Locale.ROOT)), new Shape(
                dimensions.isEmpty() ? List.of() : Arrays.stream(dimensions.split(",", -1)).map(Dimension::parse).toList()));
    }

    private static void gives(String expected, Operation operation, String... inputs) {
        assertEquals(List.of(type(expected)),
                ShapeInference.infer(operation, Arrays.stream(inputs).map(ShapeInferenceTest::type).toList()));
    }

    private static void refuses(String reason, Operation operation, String... inputs) {
        List<TensorType> types = Arrays.stream(inputs).map(ShapeInferenceTest::type).toList();
        String message = String.valueOf(assertThrows(RuntimeException.class, () -> ShapeInference.infer(operation, types)).getMessage());
        assertTrue(message.contains(reason), message);
    }

    @Test
    void unary() {
        gives("float32[n, 2]", new Unary(UnaryFunction.RELU), "float32[n, 2]");
        gives("bool[2]", new Unary(UnaryFunction.NOT), "bool[2]");
        refuses("input 0 is int64[2], not float32", new Unary(UnaryFunction.RELU), "int64[2]");
        refuses("input 0 is float32[2], not bool", new Unary(UnaryFunction.NOT), "float32[2]");
        refuses("takes 1 to 1 inputs, not 2", new Unary(UnaryFunction.EXP), "float32[2]", "float32[2]");
    }

    @Test
    void halvesGiveHalvesAndAreNotMixed() {
        gives("float16[n, 2]", new Unary(UnaryFunction.RELU), "float16[n, 2]");
        gives("float16[3, 5]", new Operation.MatMul(), "float16[3, 4]", "float16[4, 5]");
        gives("float16[2, 3]", new Operation.LayerNormalization(1e-5f), "float16[2, 3]", "float16[3]", "float16[3]");
        refuses("takes float16, not float32", new Operation.MatMul(), "float16[3, 4]", "float32[4, 5]");
        refuses("takes float32, not float16", new Operation.MatMul(), "float32[3, 4]", "float16[4, 5]");
        gives("float16[1, 6, 4]", new DeformableAttention(2, 1, List.of(new Level(Dimension.of(2), Dimension.of(3)))), "float16[1, 6, 4]",
                "float32[1, 6, 4]", "float32[1, 6, 2]");
    }

    @Test
    void binary() {
        gives("float32[n, 2, 3]", new Binary(BinaryFunction.ADD), "float32[n, 1, 3]", "float32[2, 1]");
        gives("bool[2]", new Binary(BinaryFunction.LESS), "float32[2]", "float32[]");
        gives("bool[2]", new Binary(BinaryFunction.AND), "bool[2]", "bool[2]");
        gives("int64[2]", new Binary(BinaryFunction.MULTIPLY), "int64[2]", "int64[1]");
        refuses("do not broadcast: n against 2", new Binary(BinaryFunction.ADD), "float32[n]", "float32[2]");
        refuses("mixes float32 and int64", new Binary(BinaryFunction.ADD), "float32[2]", "int64[2]");
        refuses("AND does not take float32", new Binary(BinaryFunction.AND), "float32[2]", "float32[2]");
        refuses("ADD does not take bool", new Binary(BinaryFunction.ADD), "bool[2]", "bool[2]");
    }

    @Test
    void where() {
        gives("float32[n, 2]", new Operation.Where(), "bool[n, 1]", "float32[]", "float32[2]");
        refuses("not bool", new Operation.Where(), "float32[2]", "float32[2]", "float32[2]");
        refuses("mixes", new Operation.Where(), "bool[2]", "float32[2]", "int64[2]");
    }

    @Test
    void cast() {
        gives("int64[n]", new Operation.Cast(DataType.INT64), "bool[n]");
        refuses("takes 1 to 1 inputs", new Operation.Cast(DataType.INT64));
    }

    @Test
    void matMul() {
        gives("float32[n, 4, 5, 7]", new Operation.MatMul(), "float32[n, 1, 5, 6]", "float32[4, 6, 7]");
        refuses("the inner dimensions differ: 6 and 5", new Operation.MatMul(), "float32[5, 6]", "float32[5, 6]");
        refuses("takes matrices", new Operation.MatMul(), "float32[6]", "float32[6, 2]");
        refuses("takes float32, not int64[2, 2]", new Operation.MatMul(), "int64[2, 2]", "float32[2, 2]");
    }

    @Test
    void convolution() {
        Operation stem = new Operation.Conv(2, 3, 1, 1);
        gives("float32[n, 64, 16*h, 16*w]", stem, "float32[n, 3, 32*h, 32*w]", "float32[64, 3, 7, 7]");
        gives("float32[1, 8, 3, 4]", new Operation.Conv(2, 1, 2, 2), "float32[1, 4, 7, 9]", "float32[8, 2, 3, 3]", "float32[8]");
        refuses("channels", stem, "float32[1, 4, 32, 32]", "float32[64, 3, 7, 7]");
        refuses("the bias differ", stem, "float32[1, 3, 32, 32]", "float32[64, 3, 7, 7]", "float32[63]");
        refuses("not of rank 4", stem, "float32[3, 32, 32]", "float32[64, 3, 7, 7]");
        refuses("negative size", new Operation.Conv(1, 0, 1, 1), "float32[1, 3, 2, 2]", "float32[8, 3, 7, 7]");
    }

    @Test
    void convolutionWithWhatFollows() {
        Operation fused = new Operation.FusedConv(2, 1, 1, 2, Activation.RELU);
        gives("float32[n, 8, 8*h, 2]", fused, "float32[n, 4, 16*h, 3]", "float32[8, 2, 3, 3]");
        gives("float32[n, 8, 8*h, 2]", fused, "float32[n, 4, 16*h, 3]", "float32[8, 2, 3, 3]", "float32[8]");
        gives("float32[n, 8, 8*h, 2]", fused, "float32[n, 4, 16*h, 3]", "float32[8, 2, 3, 3]", "float32[8]", "float32[n, 8, 8*h, 2]");
        refuses("channels", fused, "float32[1, 6, 16, 3]", "float32[8, 2, 3, 3]");
        refuses("the bias differ", fused, "float32[1, 4, 16, 3]", "float32[8, 2, 3, 3]", "float32[7]", "float32[1, 8, 8, 2]");
        refuses("the convolution's result and the addend differ", fused, "float32[n, 4, 16, 3]", "float32[8, 2, 3, 3]", "float32[8]",
                "float32[1, 8, 8, 2]");
        refuses("float32", fused, "float32[1, 4, 16, 3]", "float32[8, 2, 3, 3]", "float32[8]", "int64[1, 8, 8, 2]");
        refuses("takes 2 to 4 inputs, not 5", fused, "float32[1, 4, 16, 3]", "float32[8, 2, 3, 3]", "float32[8]",
                "float32[1, 8, 8, 2]", "float32[8]");
    }

    @Test
    void pooling() {
        gives("float32[n, 64, 8*h, 2]", new Operation.MaxPool(3, 2, 1), "float32[n, 64, 16*h, 3]");
        refuses("not of rank 4", new Operation.MaxPool(3, 2, 1), "float32[64, 16, 16]");
        refuses("takes float32", new Operation.MaxPool(3, 2, 1), "int64[1, 64, 16, 16]");
    }

    @Test
    void normalisations() {
        gives("float32[n, 64, h]", new Operation.BatchNormalization(1e-5f), "float32[n, 64, h]", "float32[64]", "float32[64]",
                "float32[64]", "float32[64]");
        gives("float32[n, 4, h]", new Operation.InstanceNormalization(1e-5f), "float32[n, 4, h]", "float32[4]", "float32[4]");
        gives("float32[n, h, 8]", new Operation.LayerNormalization(1e-5f), "float32[n, h, 8]", "float32[8]", "float32[8]");
        gives("float32[n, 64, h, w]", new Operation.GroupNormalization(32, 1e-5f), "float32[n, 64, h, w]", "float32[64]", "float32[64]");
        refuses("input 4", new Operation.BatchNormalization(1e-5f), "float32[n, 64]", "float32[64]", "float32[64]", "float32[64]",
                "float32[63]");
        refuses("input 1", new Operation.InstanceNormalization(1e-5f), "float32[n, 4, h]", "float32[3]", "float32[4]");
        refuses("input 2", new Operation.LayerNormalization(1e-5f), "float32[n, h, 8]", "float32[8]", "float32[h]");
        refuses("48 channels do not divide into 32 groups", new Operation.GroupNormalization(32, 1e-5f), "float32[n, 48, h, w]",
                "float32[48]", "float32[48]");
        refuses("no axis 1", new Operation.GroupNormalization(1, 1e-5f), "float32[4]", "float32[4]", "float32[4]");
    }

    @Test
    void reductions() {
        gives("float32[n, 3]", new Operation.Softmax(1), "float32[n, 3]");
        gives("float32[n, 3]", new Operation.Reduce(Reduction.SUM, List.of(-1), false), "float32[n, 3, h]");
        gives("float32[1, 3, 1]", new Operation.Reduce(Reduction.MEAN, List.of(0, 2), true), "float32[n, 3, h]");
        gives("int64[n, h]", new Operation.ArgMax(1), "float32[n, 3, h]");
        refuses("has no axis 2", new Operation.Softmax(2), "float32[n, 3]");
        refuses("has no axis 3", new Operation.Reduce(Reduction.SUM, List.of(3), false), "float32[n, 3, h]");
        refuses("has no axis -4", new Operation.ArgMax(-4), "float32[n, 3, h]");
    }

    @Test
    void reshape() {
        gives("float32[n, 4*h*w, 8]", new Operation.Reshape(Shape.of(Dimension.symbol("n"), H.times(W).times(4), Dimension.of(8))),
                "float32[n, 2*h, 2*w, 8]");
        refuses("the numbers of elements", new Operation.Reshape(Shape.of(H, W)), "float32[h, w, 2]");
        refuses("negative size", new Operation.Reshape(Shape.of(-2, -3)), "float32[2, 3]");
    }

    @Test
    void transpose() {
        gives("float32[h, n, 3]", new Operation.Transpose(List.of(2, 0, 1)), "float32[n, 3, h]");
        refuses("is no permutation", new Operation.Transpose(List.of(0, 0, 1)), "float32[n, 3, h]");
        refuses("is no permutation", new Operation.Transpose(List.of(1, 0)), "float32[n, 3, h]");
    }

    @Test
    void concat() {
        gives("float32[n, h+5]", new Operation.Concat(-1), "float32[n, h]", "float32[n, 5]");
        refuses("the other axes differ", new Operation.Concat(1), "float32[n, h]", "float32[2, 5]");
        refuses("mixes", new Operation.Concat(0), "float32[2]", "int64[2]");
        refuses("needs an input", new Operation.Concat(0));
    }

    @Test
    void slice() {
        gives("float32[n, 2]", new Operation.Slice(1, Dimension.of(1), Dimension.of(3)), "float32[n, 3]");
        gives("float32[n, 4*h*w]", new Operation.Slice(1, H.times(W), H.times(W).times(5)), "float32[n, 5*h*w]");
        refuses("runs backwards", new Operation.Slice(1, Dimension.of(3), Dimension.of(1)), "float32[n, 3]");
        refuses("reaches 4 of 3", new Operation.Slice(1, Dimension.ZERO, Dimension.of(4)), "float32[n, 3]");
        refuses("starts at -1", new Operation.Slice(1, Dimension.of(-1), Dimension.of(1)), "float32[n, 3]");
    }

    @Test
    void expand() {
        gives("float32[n, 3, h]", new Operation.Expand(Shape.of(Dimension.symbol("n"), Dimension.of(3), H)), "float32[3, 1]");
        refuses("do not broadcast", new Operation.Expand(Shape.of(2, 3)), "float32[2, 4]");
        refuses("cannot expand", new Operation.Expand(Shape.of(1, 3)), "float32[2, 3]");
    }

    @Test
    void gather() {
        gives("float32[2, n, h, 4]", new Operation.Gather(1), "float32[2, 9, 4]", "int64[n, h]");
        refuses("not int64", new Operation.Gather(1), "float32[2, 9, 4]", "float32[n, h]");
        refuses("has no axis 3", new Operation.Gather(3), "float32[2, 9, 4]", "int64[n]");
    }

    @Test
    void resizing() {
        gives("float32[n, 3, h, 7]", new Operation.Resize(Operation.Resize.Mode.NEAREST, H, Dimension.of(7)), "float32[n, 3, 2, 2]");
        gives("float32[n, 3, h, 4]", new Operation.GridSample(), "float32[n, 3, 8, 8]", "float32[n, h, 4, 2]");
        refuses("not of rank 4", new Operation.Resize(Operation.Resize.Mode.BILINEAR, H, W), "float32[3, 2, 2]");
        refuses("negative size", new Operation.Resize(Operation.Resize.Mode.BILINEAR, Dimension.of(-1), W), "float32[1, 3, 2, 2]");
        refuses("the grid's last axis", new Operation.GridSample(), "float32[n, 3, 8, 8]", "float32[n, h, 4, 3]");
        refuses("the batches", new Operation.GridSample(), "float32[n, 3, 8, 8]", "float32[1, h, 4, 2]");
    }

    @Test
    void sources() {
        gives("int64[32*h]", new Operation.Range(H.times(32)));
        gives("int64[2]", new Operation.Sizes(List.of(H, W)));
        refuses("negative size", new Operation.Range(Dimension.of(-1)));
        refuses("takes 0 to 0 inputs", new Operation.Sizes(List.of(H)), "int64[1]");
    }

    @Test
    void linear() {
        gives("float32[n, h, 5]", new Operation.Linear(), "float32[n, h, 7]", "float32[5, 7]", "float32[5]");
        refuses("channels", new Operation.Linear(), "float32[n, h, 5]", "float32[5, 7]");
        refuses("the bias", new Operation.Linear(), "float32[n, h, 7]", "float32[5, 7]", "float32[7]");
    }

    @Test
    void feedForward() {
        Operation network = new Operation.FeedForward();
        gives("float32[n, h, 5]", network, "float32[n, h, 7]", "float32[7, 9]", "float32[9]", "float32[9, 5]", "float32[5]");
        gives("float32[5]", network, "float32[7]", "float32[7, 9]", "float32[9]", "float32[9, 5]", "float32[5]");
        refuses("channels", network, "float32[n, 7]", "float32[9, 7]", "float32[7]", "float32[7, 5]", "float32[5]");
        refuses("the bias", network, "float32[n, 7]", "float32[7, 9]", "float32[7]", "float32[9, 5]", "float32[5]");
        refuses("the rows of the outer weight", network, "float32[n, 7]", "float32[7, 9]", "float32[9]", "float32[5, 9]", "float32[9]");
        refuses("the outer bias", network, "float32[n, 7]", "float32[7, 9]", "float32[9]", "float32[9, 5]", "float32[9]");
        refuses("float32", network, "float32[n, 7]", "float32[7, 9]", "float32[9]", "float32[9, 5]", "int64[5]");
        refuses("inputs, not 4", network, "float32[n, 7]", "float32[7, 9]", "float32[9]", "float32[9, 5]");
    }

    @Test
    void attention() {
        gives("float32[n, 4, 16]", new Operation.Attention(8), "float32[n, 4, 16]", "float32[n, h, 16]", "float32[n, h, 16]",
                "bool[n, 4, h]");
        refuses("key and value", new Operation.Attention(8), "float32[n, 4, 16]", "float32[n, h, 16]", "float32[n, w, 16]");
        refuses("query and key", new Operation.Attention(8), "float32[n, 4, 16]", "float32[n, h, 8]", "float32[n, h, 8]");
        refuses("16 channels do not divide into 3 heads", new Operation.Attention(3), "float32[n, 4, 16]", "float32[n, h, 16]",
                "float32[n, h, 16]");
        refuses("the mask", new Operation.Attention(8), "float32[n, 4, 16]", "float32[n, h, 16]", "float32[n, h, 16]", "bool[n, h, 4]");
        refuses("not bool", new Operation.Attention(8), "float32[n, 4, 16]", "float32[n, h, 16]", "float32[n, h, 16]",
                "float32[n, 4, h]");
    }

    @Test
    void deformableAttention() {
        DeformableAttention attention = new DeformableAttention(2, 4, List.of(new Level(H, W), new Level(H.times(2), W.times(2))));
        gives("float32[n, 5*h*w, 6]", attention, "float32[n, 5*h*w, 6]", "float32[n, 5*h*w, 32]", "float32[n, 5*h*w, 16]");
        refuses("the levels' tokens", attention, "float32[n, 4*h*w, 6]", "float32[n, 4*h*w, 32]", "float32[n, 4*h*w, 16]");
        refuses("the offsets", attention, "float32[n, 5*h*w, 6]", "float32[n, 5*h*w, 16]", "float32[n, 5*h*w, 16]");
        refuses("the logits", attention, "float32[n, 5*h*w, 6]", "float32[n, 5*h*w, 32]", "float32[n, 5*h*w, 32]");
        refuses("do not divide into 2 heads", attention, "float32[n, 5*h*w, 5]", "float32[n, 5*h*w, 32]", "float32[n, 5*h*w, 16]");
    }

    @Test
    void semanticInference() {
        gives("float32[n, 19, h, w]", new Operation.SemanticInference(H, W), "float32[n, 100, 20]", "float32[n, 100, 8, 8]");
        refuses("batches and queries", new Operation.SemanticInference(H, W), "float32[n, 100, 20]", "float32[n, 99, 8, 8]");
        refuses("negative size", new Operation.SemanticInference(H, W), "float32[n, 100, 0]", "float32[n, 100, 8, 8]");
    }

    @Test
    void semanticLabels() {
        Operation.SemanticLabels labels = new Operation.SemanticLabels(H, W);
        gives("uint8[n, h, w]", labels, "float32[n, 100, 257]", "float32[n, 100, 8, 8]");
        gives("int32[n, h, w]", labels, "float32[n, 100, 258]", "float32[n, 100, 8, 8]");
        refuses("batches and queries", labels, "float32[n, 100, 20]", "float32[n, 99, 8, 8]");
        refuses("labels 0 classes", labels, "float32[n, 100, 1]", "float32[n, 100, 8, 8]");
        refuses("labels k classes", labels, "float32[n, 100, k+1]", "float32[n, 100, 8, 8]");
    }

    @Test
    void pixels() {
        List<Float> mean = List.of(123.675f, 116.28f, 103.53f);
        List<Float> deviation = List.of(58.395f, 57.12f, 57.375f);
        Operation.Pixels pixels = new Operation.Pixels(mean, deviation);
        gives("float32[n, 3, 32*h, 32*w]", pixels, "uint8[n, 32*h, 32*w, 3]", "int32[n, 2]");
        gives("float16[n, 3, h, w]", new Operation.Pixels(mean, deviation, DataType.FLOAT16), "uint8[n, h, w, 3]", "int32[n, 2]");
        refuses("not uint8", pixels, "float32[n, h, w, 3]", "int32[n, 2]");
        refuses("not int32", pixels, "uint8[n, h, w, 3]", "int64[n, 2]");
        refuses("the colours of a pixel", pixels, "uint8[n, 3, h, w]", "int32[n, 2]");
        refuses("valid heights and widths", pixels, "uint8[n, h, w, 3]", "int32[1, 2]");
        assertThrows(IllegalArgumentException.class, () -> new Operation.Pixels(mean, List.of(1f, 0f, 1f)));
        assertThrows(IllegalArgumentException.class, () -> new Operation.Pixels(List.of(1f, 1f), deviation));
        assertThrows(IllegalArgumentException.class, () -> new Operation.Pixels(mean, deviation, DataType.INT8));
    }

    @Test
    void foreignOperationsStateTheirTypes() {
        gives("int64[3]", new Operation.Foreign("", "NonZero", Map.of(), List.of(type("int64[3]"))), "float32[n]");
    }
}
