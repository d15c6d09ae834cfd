package dev.maskforge.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Loops over arrays with one index, which the compiler turns into vectors, and, for gathering, sums in registers. Values
/// are copied into an array first: loops over memory segments take half as long again.
record PlainSamplingLanes() implements SamplingLanes {
    /// Below, exp is next to nothing beside the largest, which is 1.
    private static final float LOWEST_EXPONENT = -87;
    private static final int QUERIES = SampleBlock.QUERIES;
    private static final int CHANNELS_AT_ONCE = 8;

    @Override
    public boolean gathers(int headWidth) {
        return true;
    }

    @Override
    public void softmax(SampleBlock block) {
        float[] weight = block.weight;
        float[] scratch = block.scratch;
        for (int lane = 0; lane < QUERIES; lane++) {
            float most = Float.NEGATIVE_INFINITY;
            for (int k = lane; k < block.count; k += QUERIES) {
                most = Math.max(most, weight[k]);
            }
            for (int k = lane; k < block.count; k += QUERIES) {
                scratch[k] = most;
            }
        }
        exponentials(weight, scratch, block.count);
        for (int lane = 0; lane < QUERIES; lane++) {
            float sum = 0;
            for (int k = lane; k < block.count; k += QUERIES) {
                sum += weight[k];
            }
            float inverse = 1 / sum;
            for (int k = lane; k < block.count; k += QUERIES) {
                weight[k] *= inverse;
            }
        }
    }

    /// `x[i] = exp(x[i] - most[i])`
    private static void exponentials(float[] x, float[] most, int count) {
        for (int i = 0; i < count; i++) {
            float u = Math.max(x[i] - most[i], LOWEST_EXPONENT);
            x[i] = u;
            most[i] = u * Lanes.LOG2_E + Lanes.ROUNDER;
        }
        Lanes.exponentialOfFraction(x, most, count);
        for (int i = 0; i < count; i++) {
            x[i] = Float.intBitsToFloat((Float.floatToRawIntBits(most[i]) << 23) + Float.floatToRawIntBits(x[i]));
        }
    }

    @Override
    public void findCorners(SampleBlock block) {
        Pyramid pyramid = block.pyramid;
        for (int tap = 0; tap < block.taps; tap++) {
            int level = tap / pyramid.points();
            findPixels(block, tap * QUERIES, level, pyramid);
        }
    }

    private static void findPixels(SampleBlock block, int first, int level, Pyramid pyramid) {
        int width = pyramid.width(level);
        float lastX = Math.max(0, width - 2);
        float lastY = Math.max(0, pyramid.height(level) - 2);
        float hasRight = width > 1 ? 1 : 0;
        float hasBelow = pyramid.height(level) > 1 ? 1 : 0;
        int start = pyramid.firstToken(level);
        int channels = pyramid.channels();
        for (int k = first; k < first + QUERIES; k++) {
            float x = block.referenceX[k] + block.x[k];
            float y = block.referenceY[k] + block.y[k];
            int column = (int) Math.min(Math.max(x, 0), lastX);
            int row = (int) Math.min(Math.max(y, 0), lastY);
            float across = x - column;
            float down = y - row;
            float left = Math.max(0, 1 - Math.abs(across));
            float right = hasRight * Math.max(0, 1 - Math.abs(across - 1));
            float top = Math.max(0, 1 - Math.abs(down)) * block.weight[k];
            float bottom = hasBelow * Math.max(0, 1 - Math.abs(down - 1)) * block.weight[k];
            block.pixel[k] = (start + row * width + column) * channels;
            block.topLeft[k] = top * left;
            block.topRight[k] = top * right;
            block.bottomLeft[k] = bottom * left;
            block.bottomRight[k] = bottom * right;
        }
    }

    @Override
    public Values values(MemorySegment value, int elements, Scratch scratch) {
        return new Copied(value, scratch.floats(elements));
    }

    private static final class Copied implements Values {
        private final MemorySegment source;
        private final float[] elements;

        Copied(MemorySegment source, float[] elements) {
            this.source = source;
            this.elements = elements;
        }

        @Override
        public void prepare(int from, int to) {
            MemorySegment.copy(source, ValueLayout.JAVA_FLOAT, (long) from * Float.BYTES, elements, from, to - from);
        }

        @Override
        public void gather(SampleBlock block, int lane, int head, int picture) {
            int width = block.pyramid.headWidth();
            int channel = 0;
            for (; channel <= width - CHANNELS_AT_ONCE; channel += CHANNELS_AT_ONCE) {
                gatherEight(block, lane, picture + head * width + channel, lane * block.pyramid.channels() + head * width + channel);
            }
            for (; channel < width; channel++) {
                gatherOne(block, lane, picture + head * width + channel, lane * block.pyramid.channels() + head * width + channel);
            }
        }

        /// @param first  the channel's element in the picture's first pixel
        /// @param target in the block's output
        private void gatherEight(SampleBlock block, int lane, int first, int target) {
            Pyramid pyramid = block.pyramid;
            float[] v = elements;
            float s0 = 0;
            float s1 = 0;
            float s2 = 0;
            float s3 = 0;
            float s4 = 0;
            float s5 = 0;
            float s6 = 0;
            float s7 = 0;
            int k = lane;
            for (int level = 0; level < pyramid.levels(); level++) {
                int right = pyramid.right(level);
                int down = pyramid.down(level);
                for (int point = 0; point < pyramid.points(); point++, k += QUERIES) {
                    int a = first + block.pixel[k];
                    int b = a + right;
                    int c = a + down;
                    int d = c + right;
                    float p = block.topLeft[k];
                    float q = block.topRight[k];
                    float r = block.bottomLeft[k];
                    float t = block.bottomRight[k];
                    s0 += p * v[a] + q * v[b] + (r * v[c] + t * v[d]);
                    s1 += p * v[a + 1] + q * v[b + 1] + (r * v[c + 1] + t * v[d + 1]);
                    s2 += p * v[a + 2] + q * v[b + 2] + (r * v[c + 2] + t * v[d + 2]);
                    s3 += p * v[a + 3] + q * v[b + 3] + (r * v[c + 3] + t * v[d + 3]);
                    s4 += p * v[a + 4] + q * v[b + 4] + (r * v[c + 4] + t * v[d + 4]);
                    s5 += p * v[a + 5] + q * v[b + 5] + (r * v[c + 5] + t * v[d + 5]);
                    s6 += p * v[a + 6] + q * v[b + 6] + (r * v[c + 6] + t * v[d + 6]);
                    s7 += p * v[a + 7] + q * v[b + 7] + (r * v[c + 7] + t * v[d + 7]);
                }
            }
            float[] output = block.output;
            output[target] = s0;
            output[target + 1] = s1;
            output[target + 2] = s2;
            output[target + 3] = s3;
            output[target + 4] = s4;
            output[target + 5] = s5;
            output[target + 6] = s6;
            output[target + 7] = s7;
        }

        private void gatherOne(SampleBlock block, int lane, int first, int target) {
            Pyramid pyramid = block.pyramid;
            float sum = 0;
            int k = lane;
            for (int level = 0; level < pyramid.levels(); level++) {
                for (int point = 0; point < pyramid.points(); point++, k += QUERIES) {
                    int a = first + block.pixel[k];
                    int b = a + pyramid.down(level);
                    int right = pyramid.right(level);
                    sum += block.topLeft[k] * elements[a] + block.topRight[k] * elements[a + right]
                            + (block.bottomLeft[k] * elements[b] + block.bottomRight[k] * elements[b + right]);
                }
            }
            block.output[target] = sum;
        }
    }
}
