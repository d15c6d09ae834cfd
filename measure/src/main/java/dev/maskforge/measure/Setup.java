package dev.maskforge.measure;

import dev.maskforge.engine.Device;
import java.util.Optional;

/// What ran where, as exactly as it takes to run it again.
///
/// @param model     the file that it was made of
/// @param graph     sha256 of the graph with its weights, or of the file that holds them
/// @param engine    its name, such as `onnxruntime`
/// @param libraries what computes, with versions, such as `ONNX Runtime 1.29.0`
/// @param device    that it computes on
/// @param batch     pictures a run
/// @param height    of the network's input
/// @param width     of the network's input
/// @param precision such as `fp32`, which means that TF32 is off
/// @param threads   that a run may use on the host
public record Setup(String model, Optional<String> graph, String engine, String libraries, Device device, int batch, int height, int width,
        String precision, int threads) {
    public Setup {
        Checks.text("model", model);
        graph.ifPresent(hash -> Checks.require(hash.matches("[0-9a-f]{64}"), "graph is a sha256 of 64 lower-case digits"));
        Checks.text("engine", engine);
        Checks.text("libraries", libraries);
        Checks.text("device.name", device.name());
        Checks.size("batch", batch);
        Checks.size("height", height);
        Checks.size("width", width);
        Checks.text("precision", precision);
        Checks.size("threads", threads);
    }

    /// Such as `512x1024`.
    public String size() {
        return height + "x" + width;
    }
}
