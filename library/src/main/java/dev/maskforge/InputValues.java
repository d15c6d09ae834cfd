package dev.maskforge;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.models.Normalisation;
import dev.maskforge.vision.Geometry;
import dev.maskforge.vision.Preprocessing;
import dev.maskforge.vision.RgbImage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Locale;

import static dev.maskforge.graph.Tensor.FLOAT32;

/// What the numbers in a network's input mean. Files of ours say it; of others somebody must.
public enum InputValues {
    /// Red, green and blue from 0 to 255, not normalised.
    RGB,
    /// The same with ImageNet's mean taken off, divided by its deviation, as most training code does it.
    NORMALISED;

    /// A network's input for a picture, float32 `[1, 3, H, W]`.
    ///
    /// @param preprocessing its size and padding
    /// @param arena         where it goes
    Tensor input(RgbImage picture, Preprocessing preprocessing, Arena arena) {
        Geometry geometry = preprocessing.geometry(picture.height(), picture.width());
        Tensor tensor = Tensor.allocate(DataType.FLOAT32, Shape.of(1, 3, geometry.paddedHeight(), geometry.paddedWidth()), arena);
        write(picture, preprocessing, tensor.memory());
        return tensor;
    }

    /// Writes a network's input for a picture, float32 `[3, H, W]`.
    ///
    /// @param preprocessing its size and padding
    void write(RgbImage picture, Preprocessing preprocessing, MemorySegment planes) {
        preprocessing.write(picture, preprocessing.geometry(picture.height(), picture.width()), planes);
        apply(planes);
    }

    /// Writes a picture that has the network's size, as float32 `[3, H, W]`.
    public void write(RgbImage picture, MemorySegment planes) {
        int pixels = picture.height() * picture.width();
        byte[] samples = picture.samples();
        float[] plane = new float[pixels];
        float[] values = new float[1 << Byte.SIZE];
        for (int channel = 0; channel < 3; channel++) {
            for (int sample = 0; sample < values.length; sample++) {
                values[sample] = value(sample, channel);
            }
            for (int pixel = 0; pixel < pixels; pixel++) {
                plane[pixel] = values[Byte.toUnsignedInt(samples[3 * pixel + channel])];
            }
            MemorySegment.copy(plane, 0, planes, FLOAT32, (long) channel * pixels * Float.BYTES, pixels);
        }
    }

    private float value(float sample, int channel) {
        return switch (this) {
            case RGB -> sample;
            case NORMALISED -> (sample - Normalisation.IMAGENET.mean().get(channel)) / Normalisation.IMAGENET.deviation().get(channel);
        };
    }

    /// @param planes red, green and blue from 0 to 255
    private void apply(MemorySegment planes) {
        if (this == RGB) {
            return;
        }
        long count = planes.byteSize() / FLOAT32.byteSize() / 3;
        for (int channel = 0; channel < 3; channel++) {
            for (long i = channel * count; i < (channel + 1) * count; i++) {
                planes.setAtIndex(FLOAT32, i, value(planes.getAtIndex(FLOAT32, i), channel));
            }
        }
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
