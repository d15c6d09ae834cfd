package dev.maskforge;

import dev.maskforge.checkpoint.Checkpoints;
import dev.maskforge.checkpoint.Weights;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.vision.RgbImage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// What the original computes in PyTorch from a small checkpoint, at one size (tools/fixtures/README.md).
record Original(Weights expected, String size) implements AutoCloseable {
    static Path checkpoint(String model) {
        return folder(model).resolve("checkpoint.pkl");
    }

    static Original open(String model, String size) {
        return new Original(Checkpoints.open(folder(model).resolve("expected.pkl")), size);
    }

    /// The sizes at which the whole network ran.
    static List<String> networkSizes(String model) {
        try (Weights expected = Checkpoints.open(folder(model).resolve("expected.pkl"))) {
            return expected.keys().stream().filter(key -> key.endsWith("/pred_logits")).map(key -> key.substring(0, key.indexOf('/')))
                    .toList();
        }
    }

    private static Path folder(String model) {
        return Path.of(System.getProperty("maskforge.fixtures"), "models", model);
    }

    Tensor tensor(String name) {
        return expected.find(size + "/" + name).orElseThrow(() -> new IllegalStateException("the fixture has no " + size + "/" + name));
    }

    boolean has(String name) {
        return expected.keys().contains(size + "/" + name);
    }

    int pictures() {
        return (int) tensor("image").shape().get(0).size();
    }

    /// One picture of the batch.
    RgbImage picture(int index) {
        Tensor images = tensor("image");
        int height = (int) images.shape().get(1).size();
        int width = (int) images.shape().get(2).size();
        byte[] all = images.toBytes();
        return RgbImage.ofRgb(Arrays.copyOfRange(all, index * height * width * 3, (index + 1) * height * width * 3), height, width);
    }

    /// The pictures as the network's input, float32 `[N, 3, H, W]`.
    Tensor input() {
        Tensor images = tensor("image");
        long[] sizes = images.shape().sizes();
        int pixels = (int) (sizes[1] * sizes[2]);
        byte[] bytes = images.toBytes();
        float[] planes = new float[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            int picture = i / (3 * pixels);
            planes[(picture * 3 + i % 3) * pixels + i / 3 % pixels] = bytes[i] & 0xFF;
        }
        return Tensor.of(Shape.of(sizes[0], 3, sizes[1], sizes[2]), planes);
    }

    @Override
    public void close() {
        expected.close();
    }
}
