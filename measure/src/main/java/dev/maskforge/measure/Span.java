package dev.maskforge.measure;

/// Which part of a run a figure is about.
public enum Span {
    /// From the image's tensor on the device to labels on the device, the head included.
    ENGINE_ONLY("engine only"),
    /// From 8-bit RGB in a heap array, at the network's size, to a label map in a heap array.
    IMAGE_TO_LABELS("image to labels");

    private final String text;

    Span(String text) {
        this.text = text;
    }

    public boolean covers(Stage stage) {
        return switch (stage) {
            case COMPUTE, HEAD -> true;
            case PREPROCESS, TRANSFER_IN, TRANSFER_OUT, POSTPROCESS -> this == IMAGE_TO_LABELS;
            case DECODE -> false;
        };
    }

    /// The nanoseconds of a run that belong to it.
    public long of(StageTimes run) {
        return run.nanoseconds().entrySet().stream().filter(stage -> covers(stage.getKey())).mapToLong(stage -> stage.getValue()).sum();
    }

    /// Such as `engine only`.
    @Override
    public String toString() {
        return text;
    }
}
