package dev.maskforge.kernels;

import dev.maskforge.graph.Operation.DeformableAttention;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// [DeformableAttention] straight from the graph's tensors, block of queries after block of queries: softmax and positions
/// for 32 queries at once, then, query by query, the sum of what is looked at. Nothing between is ever whole in memory.
final class DeformableAttentionKernel implements Kernel {
    private static final int TOKENS_IN_COPY = 2048;
    private static final int BLOCKS_IN_BAND = 4;

    private final SamplingLanes lanes;
    private final Pyramid pyramid;
    private final MemorySegment value;
    private final MemorySegment offsets;
    private final MemorySegment logits;
    private final MemorySegment output;
    private final Scratch scratch;
    private final int pictures;
    /// By level, the number of the first block; of all blocks of a picture behind the last.
    private final int[] firstBlocks;
    private final Slots<SampleBlock> blocks;

    /// @param attention with levels whose sizes are constant
    /// @param inputs    value, offsets and logits, in native memory
    DeformableAttentionKernel(Kernels kernels, DeformableAttention attention, List<Tensor> inputs, Tensor output, Scratch scratch) {
        this.pictures = Math.toIntExact(output.shape().get(0).size());
        this.pyramid = new Pyramid(attention, Math.toIntExact(output.shape().get(2).size()));
        this.lanes = kernels.sampling(pyramid.headWidth());
        this.value = inputs.get(0).memory();
        this.offsets = inputs.get(1).memory();
        this.logits = inputs.get(2).memory();
        this.output = output.memory();
        this.scratch = scratch;
        this.firstBlocks = new int[pyramid.levels() + 1];
        for (int level = 0; level < pyramid.levels(); level++) {
            int pixels = pyramid.firstToken(level + 1) - pyramid.firstToken(level);
            firstBlocks[level + 1] = firstBlocks[level] + Math.ceilDiv(pixels, SampleBlock.QUERIES);
        }
        Math.multiplyExact(Math.multiplyExact(pictures, pyramid.tokens()), pyramid.channels());
        this.blocks = new Slots<>(() -> new SampleBlock(pyramid));
    }

    @Override
    public void run(Workers workers) {
        int channels = pyramid.channels();
        int tokens = pictures * pyramid.tokens();
        SamplingLanes.Values values = lanes.values(value, tokens * channels, scratch);
        workers.forEachBand(tokens, TOKENS_IN_COPY, () -> (from, to) -> values.prepare(from * channels, to * channels));
        blocks.restart();
        int inPicture = firstBlocks[pyramid.levels()];
        workers.forEachBand(pictures * inPicture, BLOCKS_IN_BAND, () -> {
            SampleBlock block = blocks.take();
            return (from, to) -> {
                for (int i = from; i < to; i++) {
                    attend(values, block, i / inPicture, i % inPicture);
                }
            };
        });
    }

    private void attend(SamplingLanes.Values values, SampleBlock block, int picture, int number) {
        int level = 0;
        while (number >= firstBlocks[level + 1]) {
            level++;
        }
        int pixel = (number - firstBlocks[level]) * SampleBlock.QUERIES;
        int token = pyramid.firstToken(level) + pixel;
        int queries = Math.min(SampleBlock.QUERIES, pyramid.firstToken(level + 1) - token);
        long first = (long) picture * pyramid.tokens() + token;
        int looks = pyramid.heads() * block.taps;
        copy(offsets, first * 2 * looks, block.offsets, queries * 2 * looks);
        copy(logits, first * looks, block.logits, queries * looks);
        block.place(level, pixel, queries);
        int start = picture * pyramid.tokens() * pyramid.channels();
        for (int head = 0; head < pyramid.heads(); head++) {
            block.load(head, queries);
            lanes.softmax(block);
            lanes.findCorners(block);
            for (int lane = 0; lane < queries; lane++) {
                values.gather(block, lane, head, start);
            }
        }
        MemorySegment.copy(block.output, 0, output, ValueLayout.JAVA_FLOAT, first * pyramid.channels() * Float.BYTES,
                queries * pyramid.channels());
    }

    private static void copy(MemorySegment source, long from, float[] target, int count) {
        MemorySegment.copy(source, ValueLayout.JAVA_FLOAT, from * Float.BYTES, target, 0, count);
    }
}
