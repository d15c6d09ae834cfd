package dev.maskforge.engine.tensorrt.kernels.head;

import dev.maskforge.engine.EngineException;
import dev.maskforge.graph.DataType;

/// Types and sizes of what the head takes: class logits `[N, Q, K+1]`, the last class being "no object", and mask logits
/// `[N, Q, h, w]`, which are resized to the network's height and width.
///
/// @param pictures N
/// @param queries  Q
/// @param classes  K
/// @param mask     h and w
/// @param network  at least as large as the masks
/// @param dataType of both logits, float32 or float16
public record HeadLayout(int pictures, int queries, int classes, Size mask, Size network, DataType dataType) {
    /// What the scores of four pixels may take of a thread's registers.
    private static final int MOST_CLASSES_AT_ONCE = 20;
    private static final int ALIGNMENT = 256;

    public HeadLayout {
        if (Math.min(pictures, Math.min(queries, classes)) < 1) {
            throw new IllegalArgumentException("the head takes at least one picture, query and class, not " + pictures + ", " + queries
                    + " and " + classes);
        }
        if (mask.height() > network.height() || mask.width() > network.width()) {
            throw new EngineException("the head kernel enlarges masks and does not shrink them, from " + mask + " to " + network
                    + "; lower the operation instead");
        }
        network.requireExactPositions(mask);
        Math.multiplyExact(Math.multiplyExact(mask.height(), mask.width()), 4);
    }

    /// In pixels.
    public record Size(int height, int width) {
        public Size {
            if (height < 1 || width < 1) {
                throw new IllegalArgumentException("a map has at least one pixel, not " + height + "x" + width);
            }
        }

        /// Positions are computed in whole numbers of 32 bits.
        void requireExactPositions(Size source) {
            long largest = Math.max(2L * height * source.height(), 2L * width * source.width()) + Math.max(height, width);
            if (largest > Integer.MAX_VALUE) {
                throw new EngineException("the head kernel does not resize from " + source + " to as much as " + this
                        + "; use a smaller picture");
            }
        }

        @Override
        public String toString() {
            return height + "x" + width;
        }
    }

    /// Of a label.
    public DataType labelType() {
        return classes > 256 ? DataType.INT32 : DataType.UINT8;
    }

    /// What the type of a label is called in CUDA C++.
    String labelName() {
        return labelType() == DataType.UINT8 ? "unsigned char" : "int";
    }

    /// How many times a thread goes through all queries.
    int walks() {
        return Math.ceilDiv(classes, MOST_CLASSES_AT_ONCE);
    }

    /// Classes whose scores a thread has at once.
    int chunk() {
        return Math.ceilDiv(classes, walks());
    }

    /// What class probabilities take, as float32.
    long probabilityBytes() {
        long perQuery = (long) walks() * Math.ceilDiv(chunk(), 4) * 4 * Float.BYTES;
        return aligned(Math.multiplyExact(Math.multiplyExact((long) pictures, queries), perQuery));
    }

    /// What class scores at the network's size take, as float32.
    long scoreBytes() {
        long maps = Math.multiplyExact((long) pictures, classes);
        return aligned(Math.multiplyExact(maps, Math.multiplyExact((long) network.height() * network.width(), (long) Float.BYTES)));
    }

    private static long aligned(long bytes) {
        return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
    }
}
