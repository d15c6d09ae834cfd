package dev.maskforge.engine.tensorrt.kernels.stem;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.reference.Interpreter;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

class StemWeightsTest {
    private static final int LANES = 32;

    /// As stem.cu says, and as the matrix units have the right factor of m16n8k16: of lane 4 n + t the rows 2 t, 2 t + 1 and 8 more of
    /// column n.
    private static float[] wanted(float[] weights) {
        float[] packed = new float[2 * 7 * 2 * 4 * LANES * 4];
        int at = 0;
        for (int half = 0; half < 2; half++) {
            for (int row = 0; row < 7; row++) {
                for (int step = 0; step < 2; step++) {
                    for (int tile = 0; tile < 4; tile++) {
                        for (int lane = 0; lane < LANES; lane++) {
                            int column = lane / 4;
                            int output = 32 * half + 8 * (column / 2) + 2 * tile + column % 2;
                            for (int i = 0; i < 4; i++) {
                                int factor = 2 * (lane % 4) + i % 2 + 8 * (i / 2);
                                int filterColumn = 4 * step + factor / 4;
                                int channel = factor % 4;
                                packed[at++] = filterColumn < 7 && channel < 3
                                        ? weights[((output * 3 + channel) * 7 + row) * 7 + filterColumn]
                                        : 0;
                            }
                        }
                    }
                }
            }
        }
        return packed;
    }

    @Test
    void weightsAreInTheKernelsOrderAndComeBack() {
        float[] elements = StemGraphs.weights(3);
        Tensor packed = StemWeights.pack(Tensor.ofHalves(StemWeights.NATURAL, elements));
        assertArrayEquals(wanted(elements), packed.halvesToFloats());

        GraphBuilder builder = new GraphBuilder();
        builder.output("weights", StemWeights.unpack(builder.input("packed", new TensorType(DataType.FLOAT16, packed.shape()))));
        Graph back = builder.build();
        assertArrayEquals(elements,
                Objects.requireNonNull(Interpreter.run(back, Map.of("packed", packed)).get("weights")).halvesToFloats());
    }
}
