package dev.maskforge.kernels;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// With the Vector API: lanes are queries while positions and weights are computed, and channels while values are gathered.
/// See [VectorHeadLanes] for the size of bodies.
record VectorSamplingLanes() implements SamplingLanes {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LENGTH = FLOATS.length();
    private static final int VECTOR_BYTES = LENGTH * Float.BYTES;
    private static final ByteOrder NATIVE = ByteOrder.nativeOrder();
    private static final int QUERIES = SampleBlock.QUERIES;

    private static final FloatVector LOWEST_EXPONENT = broadcast(-87);
    private static final FloatVector ZERO = broadcast(0);
    private static final FloatVector HALF = broadcast(0.5f);
    private static final FloatVector ONE = broadcast(1);
    private static final FloatVector ROUNDER = broadcast(Lanes.ROUNDER);

    /// Floats in a vector.
    static int length() {
        return LENGTH;
    }

    @Override
    public boolean gathers(int headWidth) {
        return headWidth % LENGTH == 0 && QUERIES % LENGTH == 0;
    }

    private static FloatVector load(float[] array, int at) {
        return FloatVector.fromArray(FLOATS, array, at);
    }

    private static FloatVector broadcast(float number) {
        return FloatVector.broadcast(FLOATS, number);
    }

    /// One sweep over a block. All are called from one place, so that the compiler takes none of them into the kernel, which would
    /// be too large with them ([VectorHeadLanes] does the same).
    @FunctionalInterface
    private interface Pass {
        void over(SampleBlock block);
    }

    private static final List<Pass> SOFTMAX = List.of(VectorSamplingLanes::softmaxOfLanes);
    private static final List<Pass> CORNERS = List.of(VectorSamplingLanes::dividePositions, VectorSamplingLanes::multiplyShares,
            VectorSamplingLanes::findPixels);

    private static void run(List<Pass> passes, SampleBlock block) {
        for (int i = 0; i < passes.size(); i++) {
            passes.get(i).over(block);
        }
    }

    @Override
    public void softmax(SampleBlock block) {
        run(SOFTMAX, block);
    }

    @Override
    public void findCorners(SampleBlock block) {
        run(CORNERS, block);
    }

    private static void softmaxOfLanes(SampleBlock block) {
        for (int lane = 0; lane < QUERIES; lane += LENGTH) {
            softmax(block.weight, lane, block.count);
        }
    }

    private static void softmax(float[] weight, int lane, int end) {
        FloatVector most = load(weight, lane);
        for (int k = lane + QUERIES; k < end; k += QUERIES) {
            most = most.max(load(weight, k));
        }
        FloatVector sum = broadcast(0);
        for (int k = lane; k < end; k += QUERIES) {
            FloatVector power = VectorHeadLanes.exponential(load(weight, k).sub(most).max(LOWEST_EXPONENT));
            sum = sum.add(power);
            power.intoArray(weight, k);
        }
        FloatVector inverse = ONE.div(sum);
        for (int k = lane; k < end; k += QUERIES) {
            load(weight, k).mul(inverse).intoArray(weight, k);
        }
    }

    private static void dividePositions(SampleBlock block) {
        for (int k = 0; k < block.count; k += LENGTH) {
            int level = k / (QUERIES * block.pyramid.points());
            divide(block.referenceX, block.x, block.pyramid.width(level), k, block.topLeft, block.topRight);
            divide(block.referenceY, block.y, block.pyramid.height(level), k, block.bottomLeft, block.bottomRight);
        }
    }

    /// Left, right, top and bottom become the four corners.
    private static void multiplyShares(SampleBlock block) {
        for (int k = 0; k < block.count; k += LENGTH) {
            multiplyShares(block.topLeft, block.topRight, block.bottomLeft, block.bottomRight, block.weight, k);
        }
    }

    private static void findPixels(SampleBlock block) {
        Pyramid pyramid = block.pyramid;
        for (int k = 0; k < block.count; k += QUERIES) {
            int level = k / (QUERIES * pyramid.points());
            findPixels(block.x, block.y, block.pixel, k, pyramid.width(level), pyramid.firstToken(level), pyramid.channels());
        }
    }

    /// Along one axis: leaves in `offset` the pixel to the left or above, such that there is one after it where there are two
    /// at all, and the shares of both. On a pixel it may be the one before it, whose share is 0.
    private static void divide(float[] reference, float[] offset, int size, int k, float[] near, float[] far) {
        FloatVector position = load(reference, k).add(load(offset, k));
        FloatVector pixel = position.max(ZERO).min(size - 1).sub(HALF).add(ROUNDER).sub(ROUNDER).min(Math.max(0, size - 2));
        FloatVector distance = position.sub(pixel);
        pixel.intoArray(offset, k);
        share(distance).intoArray(near, k);
        share(distance.sub(ONE)).mul(size > 1 ? 1 : 0).intoArray(far, k);
    }

    private static void multiplyShares(float[] left, float[] right, float[] top, float[] bottom, float[] weight, int k) {
        FloatVector scale = load(weight, k);
        FloatVector upper = load(top, k).mul(scale);
        FloatVector lower = load(bottom, k).mul(scale);
        FloatVector west = load(left, k);
        FloatVector east = load(right, k);
        west.mul(upper).intoArray(left, k);
        east.mul(upper).intoArray(right, k);
        west.mul(lower).intoArray(top, k);
        east.mul(lower).intoArray(bottom, k);
    }

    /// What is not a number becomes the first pixel; its shares are not numbers either.
    private static void findPixels(float[] column, float[] row, int[] pixel, int first, int width, int token, int channels) {
        for (int k = first; k < first + QUERIES; k++) {
            pixel[k] = (token + ((int) row[k]) * width + (int) column[k]) * channels;
        }
    }

    private static FloatVector share(FloatVector distance) {
        return ONE.sub(distance.abs()).max(ZERO);
    }

    @Override
    public Values values(MemorySegment value, int elements, Scratch scratch) {
        return new InPlace(value);
    }

    private record InPlace(MemorySegment value) implements Values {
        @Override
        public void prepare(int from, int to) {
            // They are read where they lie.
        }

        @Override
        public void gather(SampleBlock block, int lane, int head, int picture) {
            int width = block.pyramid.headWidth();
            int target = lane * block.pyramid.channels() + head * width;
            int channel = 0;
            for (; channel <= width - 2 * LENGTH; channel += 2 * LENGTH) {
                gatherTwo(value, block, lane, picture + head * width + channel, target + channel);
            }
            if (channel < width) {
                gatherOne(value, block, lane, picture + head * width + channel, target + channel);
            }
        }
    }

    private static FloatVector load(MemorySegment value, long at) {
        return FloatVector.fromMemorySegment(FLOATS, value, at, NATIVE);
    }

    /// Two vectors of channels; upper and lower pixels are summed apart, so that four sums run side by side.
    private static void gatherTwo(MemorySegment value, SampleBlock block, int lane, int first, int target) {
        Pyramid pyramid = block.pyramid;
        FloatVector a = broadcast(0);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int k = lane;
        for (int level = 0; level < pyramid.levels(); level++) {
            long right = (long) pyramid.right(level) * Float.BYTES;
            long down = (long) pyramid.down(level) * Float.BYTES;
            for (int point = 0; point < pyramid.points(); point++, k += QUERIES) {
                long at = (long) (first + block.pixel[k]) * Float.BYTES;
                FloatVector share = broadcast(block.topLeft[k]);
                a = load(value, at).fma(share, a);
                b = load(value, at + VECTOR_BYTES).fma(share, b);
                share = broadcast(block.bottomLeft[k]);
                c = load(value, at + down).fma(share, c);
                d = load(value, at + down + VECTOR_BYTES).fma(share, d);
                at += right;
                share = broadcast(block.topRight[k]);
                a = load(value, at).fma(share, a);
                b = load(value, at + VECTOR_BYTES).fma(share, b);
                share = broadcast(block.bottomRight[k]);
                c = load(value, at + down).fma(share, c);
                d = load(value, at + down + VECTOR_BYTES).fma(share, d);
            }
        }
        a.add(c).intoArray(block.output, target);
        b.add(d).intoArray(block.output, target + LENGTH);
    }

    private static void gatherOne(MemorySegment value, SampleBlock block, int lane, int first, int target) {
        Pyramid pyramid = block.pyramid;
        FloatVector a = broadcast(0);
        FloatVector b = a;
        int k = lane;
        for (int level = 0; level < pyramid.levels(); level++) {
            long right = (long) pyramid.right(level) * Float.BYTES;
            long down = (long) pyramid.down(level) * Float.BYTES;
            for (int point = 0; point < pyramid.points(); point++, k += QUERIES) {
                long at = (long) (first + block.pixel[k]) * Float.BYTES;
                a = load(value, at).fma(broadcast(block.topLeft[k]), a);
                b = load(value, at + down).fma(broadcast(block.bottomLeft[k]), b);
                a = load(value, at + right).fma(broadcast(block.topRight[k]), a);
                b = load(value, at + right + down).fma(broadcast(block.bottomRight[k]), b);
            }
        }
        a.add(b).intoArray(block.output, target);
    }
}
