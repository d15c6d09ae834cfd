package dev.maskforge.engine.tensorrt.kernels.queries;

import dev.maskforge.engine.tensorrt.kernels.queries.QueryStage.Factors;
import dev.maskforge.engine.tensorrt.kernels.queries.QueryStage.Operand;
import dev.maskforge.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// What the kernel of queries does stage by stage, in plain arithmetic, and whether its stages keep what the kernel asks of them:
/// every read is of what must have been written by then, and every write is after what must have been read.
///
/// Blocks are as far apart as they can be: where one may run ahead, it is taken to.
final class QuerySimulation {
    private final int pictures;
    private final int rows;
    private final int width;
    private final Map<String, float[]> memory = new HashMap<>();
    private final Set<String> ofThisLaunch = new HashSet<>();
    private float[][] buffers = new float[0][];
    private int[] pending = new int[0];
    private int[] lastRead = new int[0];
    /// Of what has been received, by which stage it was sent and received.
    private final List<int[]> exchanges = new ArrayList<>();
    /// The last stage that kept sums where feed-forward networks send theirs to.
    private int lastSums;
    private int index;

    private QuerySimulation(QueryProgram program, int pictures, Map<String, Tensor> inputs) {
        this.pictures = pictures;
        this.rows = program.layout().rows();
        this.width = program.layout().width();
        inputs.forEach((name, tensor) -> memory.put(name, tensor.toFloats()));
    }

    /// Values in global memory at the end.
    static Map<String, float[]> run(QueryProgram program, int pictures, Map<String, Tensor> inputs) {
        QuerySimulation simulation = new QuerySimulation(program, pictures, inputs);
        program.launches().forEach(simulation::launch);
        return simulation.memory;
    }

    private void launch(QueryProgram.Launch launch) {
        buffers = new float[QueryLayout.BUFFERS][pictures * rows * width];
        for (float[] buffer : buffers) {
            Arrays.fill(buffer, Float.NaN);
        }
        pending = new int[]{-1, -1, -1};
        lastRead = new int[]{-1, -1, -1};
        exchanges.clear();
        lastSums = -1;
        ofThisLaunch.clear();
        assertTrue(launch.stages().size() <= QueryLayout.MOST_STAGES);
        int asked = launch.asks().getFirst();
        for (index = 0; index < launch.stages().size(); index++) {
            QueryStage stage = launch.stages().get(index);
            if (stage instanceof QueryStage.FeedForward) {
                assertEquals(index + 1, asked, "the weights that were asked for");
                asked = 0;
            }
            run(stage);
            int asks = launch.asks().get(index + 1);
            if (asks > 0) {
                assertEquals(0, asked, "weights that were asked for overwrite others");
                asked = asks;
            }
        }
        assertEquals(0, asked, "nobody waits for the weights");
        for (int sent : pending) {
            assertEquals(-1, sent, "nobody receives what was sent");
        }
    }

    private void run(QueryStage stage) {
        QueryStage.Intake intake = stage.intake();
        intake.loaded().ifPresent(operand -> {
            assertEquals(-1, pending[intake.buffer()], "loaded over what comes");
            buffers[intake.buffer()] = matrix(operand, width);
        });
        if (intake.receives()) {
            assertTrue(pending[intake.buffer()] >= 0, "waits for what nobody sends");
            exchanges.add(new int[]{pending[intake.buffer()], index});
            pending[intake.buffer()] = -1;
        }
        stage.normalisation().ifPresent(normalisation -> {
            float[] x = read(intake.buffer());
            normalise(x, vector(normalisation.scale(), width), vector(normalisation.shift(), width), normalisation.epsilon());
            normalisation.to().ifPresent(to -> write(to, x, width));
        });
        switch (stage) {
            case QueryStage.Product product -> product.factors().ifPresent(factors -> {
                lastSums = index;
                float[] y = product(read(intake.buffer()), width, factors);
                if (product.positive()) {
                    positive(y);
                }
                product.addends().global().ifPresent(addend -> add(y, matrix(addend, factors.outputs())));
                finish(product.result(), y, product.addends().buffer(), factors.outputs());
            });
            case QueryStage.FeedForward network -> {
                float[] hidden = product(read(intake.buffer()), width, network.up());
                positive(hidden);
                float[] y = product(hidden, network.up().outputs(), network.down());
                assertTrue(network.result().buffer() >= 0, "a network sends");
                assertTrue(havePassed(lastSums), "shares are sent to where others may still keep sums");
                lastSums = index;
                finish(network.result(), y, network.buffer(), width);
            }
            case QueryStage.Attention attention -> {
                assertTrue(attention.result().buffer() >= 0, "attention sends");
                assertEquals(0, index, "blocks without a head in attention wait for nobody");
                lastSums = index;
                finish(attention.result(), attention(attention), QueryStage.NONE, width);
            }
        }
    }

    private float[] read(int buffer) {
        assertEquals(-1, pending[buffer], "read before it is received");
        lastRead[buffer] = index;
        return buffers[buffer];
    }

    private void finish(QueryStage.Result result, float[] y, int more, int outputs) {
        if (more >= 0) {
            assertEquals(width, outputs);
            add(y, read(more));
        }
        result.to().ifPresent(to -> write(to, y, outputs));
        int to = result.buffer();
        if (to >= 0) {
            assertEquals(width, outputs);
            assertEquals(-1, pending[to], "sent twice");
            assertTrue(havePassed(lastRead[to]), "overwritten while others may still read it");
            buffers[to] = y;
            pending[to] = index;
            lastRead[to] = -1;
        }
    }

    /// Whether all blocks have passed a stage when one sends in this: what went from all to all since then has been received.
    private boolean havePassed(int stage) {
        return stage < 0 || exchanges.stream().anyMatch(each -> each[0] >= stage && each[1] <= index);
    }

    private void write(Operand operand, float[] x, int columns) {
        assertEquals(0, operand.offset());
        assertEquals(columns, operand.row());
        memory.put(operand.value(), x.clone());
        ofThisLaunch.add(operand.value());
    }

    /// Rows of columns.
    private float[] matrix(Operand operand, int columns) {
        float[] from = memory(operand);
        float[] to = new float[pictures * rows * columns];
        for (int row = 0; row < pictures * rows; row++) {
            int of = operand.ofPicture() ? row : row % rows;
            System.arraycopy(from, operand.offset() + of * operand.row(), to, row * columns, columns);
        }
        return to;
    }

    private float[] vector(Operand operand, int size) {
        return Arrays.copyOfRange(memory(operand), operand.offset(), operand.offset() + size);
    }

    private float[] memory(Operand operand) {
        assertFalse(ofThisLaunch.contains(operand.value()), operand + " is of the same launch");
        float[] values = memory.get(operand.value());
        if (values == null) {
            throw new AssertionError(operand + " has not been written");
        }
        return values;
    }

    private float[] product(float[] x, int inputs, Factors factors) {
        float[] weight = vector(factors.weight(), factors.outputs() * inputs);
        float[] bias = factors.bias().map(operand -> vector(operand, factors.outputs())).orElse(new float[factors.outputs()]);
        float[] y = new float[pictures * rows * factors.outputs()];
        for (int row = 0; row < pictures * rows; row++) {
            for (int o = 0; o < factors.outputs(); o++) {
                float sum = 0;
                for (int i = 0; i < inputs; i++) {
                    sum += x[row * inputs + i] * weight[o * inputs + i];
                }
                y[row * factors.outputs() + o] = sum + bias[o];
            }
        }
        return y;
    }

    private void normalise(float[] x, float[] scale, float[] shift, float epsilon) {
        for (int row = 0; row < pictures * rows; row++) {
            double mean = 0;
            double variance = 0;
            for (int i = 0; i < width; i++) {
                mean += x[row * width + i] / width;
            }
            for (int i = 0; i < width; i++) {
                variance += (x[row * width + i] - mean) * (x[row * width + i] - mean) / width;
            }
            for (int i = 0; i < width; i++) {
                x[row * width + i] = (float) ((x[row * width + i] - mean) / Math.sqrt(variance + epsilon)) * scale[i] + shift[i];
            }
        }
    }

    private float[] attention(QueryStage.Attention attention) {
        float[] query = matrix(attention.query(), width);
        float[] key = matrix(attention.key(), width);
        float[] value = matrix(attention.value(), width);
        int head = width / attention.heads();
        float[] y = new float[query.length];
        for (int row = 0; row < pictures * rows; row++) {
            int first = row / rows * rows;
            for (int start = 0; start < width; start += head) {
                double[] weights = new double[rows];
                double sum = 0;
                for (int k = 0; k < rows; k++) {
                    double score = 0;
                    for (int i = start; i < start + head; i++) {
                        score += query[row * width + i] * key[(first + k) * width + i];
                    }
                    weights[k] = Math.exp(score / Math.sqrt(head));
                    sum += weights[k];
                }
                for (int i = start; i < start + head; i++) {
                    double all = 0;
                    for (int k = 0; k < rows; k++) {
                        all += weights[k] / sum * value[(first + k) * width + i];
                    }
                    y[row * width + i] = (float) all;
                }
            }
        }
        return y;
    }

    private static void positive(float[] x) {
        for (int i = 0; i < x.length; i++) {
            x[i] = Math.max(x[i], 0);
        }
    }

    private static void add(float[] to, float[] x) {
        for (int i = 0; i < to.length; i++) {
            to[i] += x[i];
        }
    }
}
