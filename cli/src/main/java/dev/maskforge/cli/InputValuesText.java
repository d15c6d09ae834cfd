package dev.maskforge.cli;

/// The help of `--input-values`, which is the same for all commands that take ONNX files of others.
final class InputValuesText {
    static final String DESCRIPTION = "what the numbers in the input of an ONNX file from another tool mean: rgb (0 to 255) or "
            + "normalised (ImageNet's mean and deviation taken off); ours say it themselves";

    private InputValuesText() {
    }
}
