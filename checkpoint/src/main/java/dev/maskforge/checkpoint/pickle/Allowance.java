package dev.maskforge.checkpoint.pickle;

/// What is left of the limits that hold for a pickle as a whole.
final class Allowance {
    private static final long OPERATIONS_BETWEEN_LOOKS_AT_THE_CLOCK = 1024;

    private final long started = System.nanoTime();
    private long operations;
    private long memory;
    private long elements;

    private Allowance(long elements) {
        this.elements = elements;
    }

    /// For arrays that have their elements in the pickle.
    ///
    /// @param file in bytes
    static Allowance ofArrays(long file) {
        return new Allowance(file + Limits.SHARED_ELEMENTS);
    }

    /// For tensors that are views of storages.
    ///
    /// @param file in bytes
    static Allowance ofViews(long file) {
        return new Allowance(Limits.VIEWS * file + Limits.SHARED_VIEWS);
    }

    void spendOperation(long offset) {
        operations++;
        if (operations > Limits.OPERATIONS) {
            throw PickleException.tooLarge(offset, "the operations grow", Limits.OPERATIONS);
        }
        if (operations % OPERATIONS_BETWEEN_LOOKS_AT_THE_CLOCK == 0 && System.nanoTime() - started > Limits.TIME.toNanos()) {
            throw PickleException.unsupported(offset, "reading took longer than " + Limits.TIME.toSeconds() + " seconds",
                    "copy the file to a faster disk");
        }
    }

    /// @param bytes of Java heap that are about to be taken, roughly
    void spendMemory(long offset, long bytes) {
        memory += bytes;
        if (memory > Limits.MEMORY) {
            throw PickleException.tooLarge(offset, "the memory for values other than arrays grows", Limits.MEMORY);
        }
    }

    /// Elements that many arrays share count for each of them: who copies them out must not need more room than the file.
    ///
    /// @param bytes that an array's elements take
    void spendElements(long offset, long bytes) {
        elements -= bytes;
        if (elements < 0) {
            throw PickleException.forbidden(offset, "the arrays hold more bytes than the file");
        }
    }
}
