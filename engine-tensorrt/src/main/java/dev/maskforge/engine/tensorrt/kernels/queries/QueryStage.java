package dev.maskforge.engine.tensorrt.kernels.queries;

import java.util.Optional;

/// One step of the kernel of queries, as the kernel knows it.
sealed interface QueryStage {
    /// No buffer.
    int NONE = -1;

    /// Where its input lies.
    Intake intake();

    /// The layer normalisation of the input, before anything else.
    Optional<Normalisation> normalisation();

    /// Where what it gives goes.
    Result result();

    /// A matrix in global memory, or columns of one.
    ///
    /// @param value     a value of the program's graph
    /// @param offset    elements from the value's beginning
    /// @param row       elements from one row to the next
    /// @param ofPicture whether each picture has its own
    record Operand(String value, int offset, int row, boolean ofPicture) {
        static Operand constant(String value) {
            return new Operand(value, 0, 0, false);
        }
    }

    /// How a stage's input comes.
    ///
    /// @param loaded   what comes into the buffer from global memory first
    /// @param buffer   that has the input
    /// @param receives whether the buffer is what an earlier stage sends
    record Intake(Optional<Operand> loaded, int buffer, boolean receives) {}

    /// In place: the buffer has the normalised values from then on.
    ///
    /// @param value what they are called
    /// @param to    where they go besides
    record Normalisation(String value, Operand scale, Operand shift, float epsilon, Optional<Operand> to) {
        Normalisation withTo(Operand place) {
            return new Normalisation(value, scale, shift, epsilon, Optional.of(place));
        }
    }

    /// x·weightᵀ + bias
    ///
    /// @param weight its offset is that of its first row
    record Factors(Operand weight, Optional<Operand> bias, int outputs) {}

    /// What is added at the end.
    ///
    /// @param global in all columns
    /// @param buffer or [#NONE]
    record Addends(Optional<Operand> global, int buffer) {
        static final Addends NOTHING = new Addends(Optional.empty(), NONE);
    }

    /// Where what a stage gives goes.
    ///
    /// @param value  what it is called; empty if there is none
    /// @param buffer or [#NONE]
    /// @param to     where it goes besides
    record Result(String value, int buffer, Optional<Operand> to) {
        static final Result NOTHING = new Result("", NONE, Optional.empty());

        Result withTo(Operand place) {
            return new Result(value, buffer, Optional.of(place));
        }

        Result withoutBuffer() {
            return new Result(value, NONE, to);
        }
    }

    /// One product, or none.
    ///
    /// @param factors  none if it only receives and normalises
    /// @param positive whether what is below 0 becomes 0, before addends
    record Product(Intake intake, Optional<Normalisation> normalisation, Optional<Factors> factors, boolean positive, Addends addends,
            Result result) implements QueryStage {}

    /// Product, Relu, product.
    ///
    /// @param buffer that is added at the end, or [#NONE]
    record FeedForward(Intake intake, Optional<Normalisation> normalisation, Factors up, Factors down, int buffer,
            Result result) implements QueryStage {}

    /// Of queries among themselves, all of which lie in global memory.
    record Attention(Operand query, Operand key, Operand value, int heads, Result result) implements QueryStage {
        @Override
        public Intake intake() {
            return new Intake(Optional.empty(), NONE, false);
        }

        @Override
        public Optional<Normalisation> normalisation() {
            return Optional.empty();
        }
    }
}
