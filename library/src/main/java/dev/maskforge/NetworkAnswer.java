package dev.maskforge;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.kernels.Workers;
import dev.maskforge.vision.Geometry;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.LabelRows;
import dev.maskforge.vision.QueryOutputs;

/// What a network said of a batch of pictures.
sealed interface NetworkAnswer {
    /// Class and mask logits, from which every kind of answer follows.
    record Queries(QueryOutputs outputs) implements NetworkAnswer {}

    /// Scores float32 `[N, K, H, W]` at the size of the network's input.
    record Scores(Tensor scores) implements NetworkAnswer {}

    /// Labels `[N, H, W]`, integers, at the size of the network's input.
    ///
    /// @param arrays for label maps of bytes
    record Labels(Tensor labels, LabelArrays arrays) implements NetworkAnswer {
        /// A picture's labels in the picture's geometry: each pixel has the label of the input's pixel that its centre lies
        /// in. Between labels there is nothing to interpolate, so borders are as coarse as the network's input; scores and
        /// logits keep them finer.
        ///
        /// @throws IllegalArgumentException if a label is none of the classes
        LabelMap map(int image, Geometry geometry, int classes, Workers workers) {
            int height = geometry.originalHeight();
            int width = geometry.originalWidth();
            if (geometry.isIdentity() && labels.dataType() == DataType.UINT8) {
                return LabelMap.ofBytes(rows(image, geometry, classes, workers), height, width);
            }
            byte[] bytes = classes <= 256 ? arrays.take(Math.multiplyExact(height, width)) : new byte[0];
            short[] shorts = new short[classes <= 256 ? 0 : Math.multiplyExact(height, width)];
            for (int y = 0; y < height; y++) {
                long row = ((long) image * geometry.paddedHeight() + centre(y, geometry.resizedHeight(), height)) * geometry.paddedWidth();
                for (int x = 0; x < width; x++) {
                    int label = OnnxOutput.labelAt(labels, row + centre(x, geometry.resizedWidth(), width));
                    requireClass(label, classes);
                    if (bytes.length > 0) {
                        bytes[y * width + x] = (byte) label;
                    } else {
                        shorts[y * width + x] = (short) label;
                    }
                }
            }
            return bytes.length > 0 ? LabelMap.ofBytes(bytes, height, width) : LabelMap.ofShorts(shorts, height, width);
        }

        /// Of a picture that has the network's pixels, without the padding.
        private byte[] rows(int image, Geometry geometry, int classes, Workers workers) {
            int height = geometry.originalHeight();
            int width = geometry.originalWidth();
            byte[] bytes = arrays.take(Math.multiplyExact(height, width));
            long begin = (long) image * geometry.paddedHeight() * geometry.paddedWidth();
            if (!new LabelRows(labels.memory(), begin, geometry.paddedWidth(), height, width).copyTo(bytes, classes, workers)) {
                for (byte label : bytes) {
                    requireClass(Byte.toUnsignedInt(label), classes);
                }
            }
            return bytes;
        }

        private static void requireClass(int label, int classes) {
            if (label < 0 || label >= classes) {
                throw new IllegalArgumentException("a pixel has label " + label + ", and there are " + classes + " classes");
            }
        }

        private static int centre(int at, int source, int target) {
            return (int) ((2L * at + 1) * source / (2L * target));
        }
    }

    /// Checks that it is what was asked for.
    ///
    /// @param height of the network's input
    /// @param width  of the network's input
    /// @throws IllegalArgumentException if it is not of so many pictures and classes, or of another size
    default void requireFit(int pictures, int classes, int height, int width) {
        switch (this) {
            case Queries(QueryOutputs outputs) -> {
                if (outputs.images() != pictures || outputs.classes() != classes) {
                    throw new IllegalArgumentException(
                            "it says " + outputs.classes() + " classes of " + outputs.images() + " pictures, not "
                                    + classes + " of " + pictures);
                }
            }
            case Scores(Tensor scores) -> require(scores, Shape.of(pictures, classes, height, width));
            case Labels(Tensor labels, _) -> require(labels, Shape.of(pictures, height, width));
        }
    }

    private static void require(Tensor tensor, Shape shape) {
        if (!tensor.shape().equals(shape)) {
            throw new IllegalArgumentException("it gives " + tensor + ", not " + shape);
        }
    }
}
