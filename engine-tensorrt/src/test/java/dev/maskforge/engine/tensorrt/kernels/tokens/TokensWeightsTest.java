package dev.maskforge.engine.tensorrt.kernels.tokens;

import dev.maskforge.engine.tensorrt.kernels.Randoms;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.reference.Interpreter;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

class TokensWeightsTest {
    /// The channel that has a place among 64, as tokens.cu numbers them anew.
    private static int of64(int place) {
        int within = place % 64;
        return place / 64 * 64 + 16 * (within % 8 / 2) + 2 * (within / 8) + within % 2;
    }

    /// Steps of 64 rows, in pieces of 8 rows by all columns.
    private static float[] rows(float[] weights, int outputs, int inputs, IntUnaryOperator row) {
        float[] packed = new float[weights.length];
        int at = 0;
        for (int eight = 0; eight < inputs / 8; eight++) {
            for (int column = 0; column < outputs; column++) {
                for (int i = 0; i < 8; i++) {
                    packed[at++] = weights[of64(column) * inputs + row.applyAsInt(8 * eight + i)];
                }
            }
        }
        return packed;
    }

    /// Steps of 64 columns, in pieces of 8 rows by these, with zeros beyond the last.
    private static float[] columns(float[] weights, int outputs, int inputs, IntUnaryOperator column) {
        int steps = Math.ceilDiv(outputs, 64);
        float[] packed = new float[64 * steps * inputs];
        int at = 0;
        for (int step = 0; step < steps; step++) {
            for (int eight = 0; eight < inputs / 8; eight++) {
                for (int i = 0; i < 64; i++) {
                    int from = column.applyAsInt(64 * step + i);
                    for (int j = 0; j < 8; j++) {
                        packed[at++] = from < outputs ? weights[from * inputs + of64(8 * eight + j)] : 0;
                    }
                }
            }
        }
        return packed;
    }

    private static float[] wanted(TokensWeights kind, float[] weights, int outputs, int inputs) {
        return switch (kind) {
            case PROJECTION -> rows(weights, outputs, inputs, TokensWeightsTest::of64);
            case OUTER -> rows(weights, outputs, inputs, row -> row);
            case INNER -> columns(weights, outputs, inputs, column -> column);
            case FOLLOWING -> columns(weights, outputs, inputs, TokensWeightsTest::of64);
        };
    }

    @ParameterizedTest
    @CsvSource({"PROJECTION, 64, 64", "PROJECTION, 192, 192", "INNER, 128, 64", "INNER, 1024, 256", "OUTER, 64, 128", "OUTER, 256, 1024",
            "FOLLOWING, 16, 128", "FOLLOWING, 128, 64", "FOLLOWING, 544, 256"})
    void weightsAreInTheKernelsOrderAndComeBack(TokensWeights kind, int outputs, int inputs) {
        float[] elements = Randoms.normal(3, outputs * inputs, 1, DataType.FLOAT16);
        Tensor packed = kind.pack(Tensor.ofHalves(Shape.of(outputs, inputs), elements));
        assertArrayEquals(wanted(kind, elements, outputs, inputs), packed.halvesToFloats());

        GraphBuilder builder = new GraphBuilder();
        builder.output("weights", kind.unpack(builder.input("packed", new TensorType(DataType.FLOAT16, packed.shape())), outputs, inputs));
        Graph back = builder.build();
        assertArrayEquals(elements,
                Objects.requireNonNull(Interpreter.run(back, Map.of("packed", packed)).get("weights")).halvesToFloats());
    }
}
