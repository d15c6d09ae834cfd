package dev.maskforge.checkpoint.document;

/// How much a document may ask for. The index of the largest published model, with 92,000 tensors, needs less than a fifth of each.
final class Limits {
    /// Levels of sequences and mappings.
    static final int NESTING = 100;
    /// Values in the tree that one gets by writing out each shared value wherever it is used.
    static final int VALUES = 500_000;
    /// Characters of one text.
    static final int TEXT = 1 << 20;
    /// Characters of one name in a mapping.
    static final int NAME = 1 << 12;

    private Limits() {
    }
}
