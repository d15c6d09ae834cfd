package dev.maskforge.models.layer;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.Value;
import java.util.List;

/// The sine position embedding of "End-to-End Object Detection with Transformers" (DETR), normalised: the first half of
/// the channels tells the row, the second the column.
///
/// With row y of H counted from 1, channel 2i is sin(p / 10000^(4i / C)) and channel 2i + 1 the cosine of the same angle,
/// where p = y / (H + 1e-6)·2π. (Mask2Former's position_encoding.py with `normalize=True`.)
public final class SinePositions {
    private static final double TEMPERATURE = 10_000;

    private SinePositions() {
    }

    /// `[H·W, channels]`, row by row; a constant where height and width are.
    public static Value tokens(Scope scope, Dimension height, Dimension width, long channels) {
        return scope.in("positions", s -> {
            Dimension half = Dimension.of(channels / 2);
            Value rows = table(s, height, channels / 2).reshape(height, Dimension.ONE, half).expand(height, width, half);
            Value columns = table(s, width, channels / 2).reshape(Dimension.ONE, width, half).expand(height, width, half);
            return Value.concat(2, List.of(rows, columns)).reshape(height.times(width), Dimension.of(channels));
        });
    }

    /// `[length, channels]`: the embedding along one axis.
    private static Value table(Scope s, Dimension length, long channels) {
        Value last = s.builder().size(length).cast(DataType.FLOAT32).add(1e-6f);
        Value position = s.builder().range(length).cast(DataType.FLOAT32).add(1).divide(last).multiply((float) (2 * Math.PI));
        Dimension pairs = Dimension.of(channels / 2);
        Value angle = position.reshape(length, Dimension.ONE).divide(s.builder().constant("wavelengths", wavelengths(channels)));
        Value sine = angle.sine().reshape(length, pairs, Dimension.ONE);
        Value cosine = angle.cosine().reshape(length, pairs, Dimension.ONE);
        return Value.concat(2, List.of(sine, cosine)).reshape(length, Dimension.of(channels));
    }

    private static Tensor wavelengths(long channels) {
        float[] wavelengths = new float[(int) (channels / 2)];
        for (int i = 0; i < wavelengths.length; i++) {
            wavelengths[i] = (float) Math.pow(TEMPERATURE, 2.0 * i / channels);
        }
        return Tensor.of(Shape.of(wavelengths.length), wavelengths);
    }
}
