package dev.maskforge.checkpoint.pickle;

import java.time.Duration;

/// How much a pickle may ask for. The largest published checkpoint needs less than a hundredth of each.
final class Limits {
    static final long OPERATIONS = 5_000_000;
    static final int STACK = 100_000;
    static final int MARKS = 1_000;
    static final int MEMO = 1_000_000;
    /// Elements of one list or entries of one dictionary.
    static final int ELEMENTS = 1_000_000;
    /// Bytes of a text that is read as one; those that hold an array's elements may be longer.
    static final int TEXT = 1 << 20;
    /// Bytes of a module's or a function's name.
    static final int NAME = 256;
    /// Bytes of a number written as text.
    static final int NUMBER = 64;
    /// Bytes of an integer.
    static final int INTEGER = 16;
    static final int RANK = 8;
    static final int NESTING = 100;
    /// Values in the tree that one gets by writing out each shared value wherever it is used.
    static final long NODES = 10_000_000;
    /// Bytes of Java heap for all values, roughly.
    static final long MEMORY = 64L << 20;
    /// Bytes that the elements of all arrays may take beyond the file's size: Python keeps one copy of short bytes.
    static final long SHARED_ELEMENTS = 1 << 20;
    /// How often the elements of a file may be seen by tensors on average: those of models share storages, and so do averaged
    /// copies that have not moved yet.
    static final long VIEWS = 4;
    /// Bytes that tensors may have beyond that: those with a stride of 0 repeat elements.
    static final long SHARED_VIEWS = 16 << 20;
    /// For all operations. Reading a file's pages from a slow disk counts as well.
    static final Duration TIME = Duration.ofMinutes(2);

    private Limits() {
    }
}
