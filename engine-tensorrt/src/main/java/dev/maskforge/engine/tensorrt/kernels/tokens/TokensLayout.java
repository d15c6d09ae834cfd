package dev.maskforge.engine.tensorrt.kernels.tokens;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.kernels.KernelSource;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Shape;
import java.util.Map;

/// Sizes of tokens.
///
/// @param rows     tokens of all pictures
/// @param channels of a token
/// @param hidden   of the network between its two products
/// @param outputs  of the product that follows; 0 if none does
public record TokensLayout(int rows, int channels, int hidden, int outputs) {
    /// Rows or columns of weights that are copied at once.
    private static final int STEP = 64;
    /// Neighbouring columns of the following product that a lane writes.
    static final int COLUMNS = 16;
    private static final int PART = 64;
    private static final int MOST_CHANNELS = 256;
    /// Far beyond what networks have; their steps are counted in 32 bits.
    private static final int MOST_IN_STEPS = 1 << 16;
    /// The file's `ROWS` for each of its warpgroups.
    private static final int ROWS = 64;
    private static final int WARPGROUP = 128;
    /// One for each multiprocessor of an H100 or H200, which holds no more.
    private static final int MOST_BLOCKS = 132;
    /// The file's `STAGES`, each with two barriers.
    private static final int STAGES = 4;
    private static final int BARRIER_BYTES = 8;

    public TokensLayout {
        if (!takes(channels, hidden, outputs)) {
            throw new EngineException("the kernel of tokens does not take " + channels + " channels, " + hidden + " within and " + outputs
                    + " that follow; build with --setting tokens=network");
        }
        if (rows < 1) {
            throw new EngineException("the kernel of tokens takes at least one token, not " + rows + "; use another size");
        }
    }

    /// A program's, for certain sizes of the symbols in its shapes.
    static TokensLayout of(TokensProgram program, Map<String, Long> sizes) {
        Shape tokens = program.type().shape().with(sizes);
        long channels = tokens.get(-1).size();
        long rows = tokens.elementCount() / channels;
        // Rows are numbered beyond the last, up to a whole block.
        if (rows > Integer.MAX_VALUE - 2 * ROWS) {
            throw new EngineException("the kernel of tokens takes no " + rows + " tokens; use a smaller picture or batch");
        }
        return new TokensLayout((int) rows, (int) channels, (int) program.inner().outputs(),
                program.following().map(product -> (int) product.outputs()).orElse(0));
    }

    /// Whether the kernel does a program, whatever its symbols are.
    static boolean takes(TokensProgram program) {
        Dimension channels = program.type().shape().get(-1);
        return program.type().dataType() == DataType.FLOAT16 && program.type().shape().rank() >= 2 && channels.isConstant()
                && takes(channels.size(), program.inner().outputs(),
                        program.following().map(TokensProgram.Product::outputs).orElse(0L));
    }

    private static boolean takes(long channels, long hidden, long outputs) {
        return channels >= PART && channels % PART == 0 && channels <= MOST_CHANNELS && isMultiple(hidden, STEP) && hidden > 0
                && isMultiple(outputs, COLUMNS);
    }

    private static boolean isMultiple(long size, int of) {
        return size % of == 0 && size >= 0 && size <= MOST_IN_STEPS;
    }

    /// That share the weights which lie in shared memory: two where there is work for them on all multiprocessors.
    int warpgroups() {
        return rows > MOST_BLOCKS * ROWS ? 2 : 1;
    }

    /// One warpgroup more sees to the weights.
    int threads() {
        return WARPGROUP * (warpgroups() + 1);
    }

    /// That share out the tokens.
    int blocks() {
        return Math.min(Math.ceilDiv(rows, ROWS * warpgroups()), MOST_BLOCKS);
    }

    int sharedBytes() {
        int stages = STAGES * (STEP * channels * DataType.FLOAT16.bytes() + 2 * BARRIER_BYTES);
        return stages + warpgroups() * ROWS * channels * DataType.FLOAT16.bytes();
    }

    KernelSource source() {
        return KernelSource.of("tokens.cu", "values.cuh", "barriers.cuh", "warpgroup.cuh").forOneArchitecture().with("CHANNELS", channels)
                .with("HIDDEN", hidden).with("OUTPUTS", outputs).with("WARPGROUPS", warpgroups());
    }
}
