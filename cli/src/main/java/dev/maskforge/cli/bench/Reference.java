package dev.maskforge.cli.bench;

import dev.maskforge.engine.Agreement;
import dev.maskforge.engine.Comparator;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.Size;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Scores that labels are held against.
///
/// @param name    what it is
/// @param network gives scores, or what they are made of
public record Reference(String name, ImageNetwork network) implements AutoCloseable {
    /// How far each of several label maps of one picture agrees with it, padding left out.
    List<Agreement> agreements(BenchPictures.Picture picture, List<LabelMap> labels) {
        Tensor scores = cropped(network.scores(picture.image()), picture.content());
        return labels.stream().map(map -> Comparator.agreement(scores, cropped(map, picture.content()))).toList();
    }

    /// Of scores `[1, K, H, W]` those of the picture, without the padding.
    private static Tensor cropped(Tensor scores, Size content) {
        long[] sizes = scores.shape().sizes();
        if (sizes[2] == content.height() && sizes[3] == content.width()) {
            return scores;
        }
        Shape shape = Shape.of(1, sizes[1], content.height(), content.width());
        float[] kept = new float[Math.toIntExact(shape.elementCount())];
        for (int row = 0; row < sizes[1] * content.height(); row++) {
            long offset = (row / content.height() * sizes[2] + row % content.height()) * sizes[3] * Float.BYTES;
            MemorySegment.copy(scores.memory(), Tensor.FLOAT32, offset, kept, row * content.width(), content.width());
        }
        return Tensor.of(shape, kept);
    }

    private static Tensor cropped(LabelMap map, Size content) {
        long[] labels = new long[content.height() * content.width()];
        for (int pixel = 0; pixel < labels.length; pixel++) {
            labels[pixel] = map.at(pixel / content.width(), pixel % content.width());
        }
        return Tensor.of(Shape.of(1, content.height(), content.width()), labels);
    }

    @Override
    public void close() {
        network.close();
    }
}
