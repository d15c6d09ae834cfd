package dev.maskforge.cli.bench;

import dev.maskforge.engine.Agreement;
import dev.maskforge.engine.Comparator;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.RgbImage;
import java.util.List;

/// Scores that labels are held against.
///
/// @param name    what it is
/// @param network gives scores, or what they are made of
public record Reference(String name, ImageNetwork network) implements AutoCloseable {
    /// How far each of several label maps of one picture agrees with it.
    public List<Agreement> agreements(RgbImage picture, List<LabelMap> labels) {
        Tensor scores = network.scores(picture);
        return labels.stream().map(map -> Comparator.agreement(scores, tensor(map))).toList();
    }

    private static Tensor tensor(LabelMap map) {
        if (map.isBytes()) {
            return Tensor.ofBytes(Shape.of(1, map.height(), map.width()), map.bytes());
        }
        long[] labels = new long[map.pixels()];
        for (int pixel = 0; pixel < labels.length; pixel++) {
            labels[pixel] = map.at(pixel);
        }
        return Tensor.of(Shape.of(1, map.height(), map.width()), labels);
    }

    @Override
    public void close() {
        network.close();
    }
}
