package dev.maskforge.graph.onnx;

/// What reading one file may still cost in heap memory, so that no file of whatever content can exhaust it. Tensors that
/// lie in the file as raw bytes cost nothing: they stay there.
final class Allowance {
    /// Largest number of nodes, values and constants, each.
    private static final int ITEMS = 200_000;
    /// Largest sum of the lengths of all texts, in bytes.
    private static final long TEXT = 32L << 20;
    /// Largest sum of the lengths of all lists of numbers in attributes.
    private static final long NUMBERS = 1L << 20;
    /// Largest sum of the sizes of all tensors that are written as numbers instead of raw bytes, in bytes.
    private static final long DECODED = 128L << 20;
    private static final String TOO_MUCH = "no network needs that; download or export it again";

    private long items = 3L * ITEMS;
    private long text = TEXT;
    private long numbers = NUMBERS;
    private long decoded = DECODED;

    void item() {
        items--;
        check(items, "more than " + 3 * ITEMS + " nodes, values and constants", TOO_MUCH);
    }

    void text(long bytes) {
        text -= bytes;
        check(text, "names and texts of more than " + TEXT + " bytes", TOO_MUCH);
    }

    void number() {
        numbers--;
        check(numbers, "attributes of more than " + NUMBERS + " numbers", TOO_MUCH);
    }

    void decoded(long bytes) {
        decoded -= bytes;
        check(decoded, "more than " + DECODED + " bytes of tensors outside raw_data", "save it anew, as raw_data");
    }

    private static void check(long left, String what, String cure) {
        if (left < 0) {
            throw new OnnxException("it has " + what, cure);
        }
    }
}
