package dev.maskforge.engine.tensorrt.binding;

import java.util.Optional;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.nvinfer.IBuilder;

/// The builder that all builds share, as long as somebody keeps it.
final class Builders {
    private final TensorRt tensorRt;
    private int keepers;
    private Optional<IBuilder> builder = Optional.empty();

    Builders(TensorRt tensorRt) {
        this.tensorRt = tensorRt;
    }

    synchronized void keep() {
        keepers++;
    }

    /// To be called by who keeps it.
    synchronized IBuilder get() {
        if (builder.isEmpty()) {
            builder = Optional.of(tensorRt.required("a builder", () -> nvinfer.createInferBuilder(tensorRt.log())));
        }
        return builder.get();
    }

    synchronized void release() {
        keepers--;
        if (keepers == 0) {
            Optional<IBuilder> old = builder;
            builder = Optional.empty();
            old.ifPresent(Native::delete);
        }
    }
}
