package dev.maskforge.engine;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// A network of three queries that tells red, green and blue things apart: small enough for the reference engine, sure of
/// itself, and with the outputs of a mask classifier.
public final class ToyNetwork {
    private static final int QUERIES = 3;
    private static final float SURE = 6;

    private ToyNetwork() {
    }

    /// Of any batch and size, giving raw outputs.
    public static Graph raw() {
        GraphBuilder builder = new GraphBuilder();
        Value image = image(builder);
        builder.output("pred_logits", classLogits(builder, image));
        builder.output("pred_masks", maskLogits(builder, image));
        return builder.build();
    }

    /// The same giving labels.
    public static Graph labels() {
        GraphBuilder builder = new GraphBuilder();
        Value image = image(builder);
        Value scores = builder.add(new Operation.SemanticInference(image.size(2), image.size(3)), classLogits(builder, image),
                maskLogits(builder, image));
        builder.output("labels", scores.argMax(1).cast(DataType.UINT8));
        return builder.build();
    }

    private static Value image(GraphBuilder builder) {
        return builder.input("image", new TensorType(DataType.FLOAT32, Shape.of(Dimension.symbol("n"), Dimension.of(3),
                Dimension.symbol("h").times(32), Dimension.symbol("w").times(32))));
    }

    private static Value classLogits(GraphBuilder builder, Value image) {
        float[] logits = new float[QUERIES * (QUERIES + 1)];
        for (int query = 0; query < QUERIES; query++) {
            logits[query * (QUERIES + 1) + query] = SURE;
        }
        Value constant = builder.initializer("classes", Tensor.of(Shape.of(1, QUERIES, QUERIES + 1), logits));
        // Not a constant to any engine that folds, and within the reach of faults: a value that a node gives.
        return builder.within("class_embed", () -> constant.expand(image.size(0), Dimension.of(QUERIES), Dimension.of(QUERIES + 1)).add(0));
    }

    /// A channel against the mean of the others, at a quarter of the size.
    private static Value maskLogits(GraphBuilder builder, Value image) {
        float[] weight = new float[QUERIES * 3 * 16];
        for (int query = 0; query < QUERIES; query++) {
            for (int channel = 0; channel < 3; channel++) {
                for (int i = 0; i < 16; i++) {
                    weight[(query * 3 + channel) * 16 + i] = (query == channel ? 1 : -0.5f) / 16 / 20;
                }
            }
        }
        Value kernel = builder.initializer("masks", Tensor.of(Shape.of(QUERIES, 3, 4, 4), weight));
        return builder.within("mask_embed", () -> builder.add(new Operation.Conv(4, 0, 1, 1), image, kernel));
    }

    /// Pictures of coloured stripes, float32 `[1, 3, height, width]`, each another.
    public static List<Tensor> pictures(int count, int height, int width) {
        Random random = new Random(7);
        List<Tensor> pictures = new ArrayList<>();
        for (int picture = 0; picture < count; picture++) {
            float[] planes = new float[3 * height * width];
            int stripe = 8 + 4 * random.nextInt(4);
            int shift = random.nextInt(3);
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    int colour = ((x + y * picture) / stripe + shift) % 3;
                    for (int channel = 0; channel < 3; channel++) {
                        planes[(channel * height + y) * width + x] = channel == colour ? 200 + random.nextInt(40) : 20 + random.nextInt(20);
                    }
                }
            }
            pictures.add(Tensor.of(Shape.of(1, 3, height, width), planes));
        }
        return pictures;
    }
}
