package dev.maskforge.checkpoint.pickle;

import dev.maskforge.checkpoint.pickle.PickleValue.Truth;
import dev.maskforge.checkpoint.pickle.PickleValue.Tuple;
import dev.maskforge.checkpoint.pickle.PickleValue.Whole;
import java.util.Arrays;
import java.util.List;

/// The arguments of a call, or the parts of a state, each asked for with the type that it must have.
///
/// @param offset of the operation that calls
/// @param writer the library that writes such, for messages
/// @param callee what is called, for messages
record Arguments(long offset, String writer, String callee, List<PickleValue> values) {
    static Arguments ofState(long offset, String writer, PickleValue target, PickleValue state) {
        if (!(state instanceof Tuple(List<PickleValue> parts))) {
            throw PickleException.damaged(offset, "the state of " + target.kind() + " is " + state.kind() + ", not a tuple");
        }
        return new Arguments(offset, writer, "the state of " + target.kind(), parts);
    }

    int count() {
        return values.size();
    }

    void requireCount(int... counts) {
        if (Arrays.stream(counts).noneMatch(count -> count == values.size())) {
            throw unusual();
        }
    }

    PickleValue value(int index) {
        if (index >= values.size()) {
            throw unusual();
        }
        return values.get(index);
    }

    long whole(int index) {
        if (value(index) instanceof Whole(long number)) {
            return number;
        }
        throw unusual();
    }

    /// A truth value, or 0 or 1, as old versions of numpy wrote it.
    boolean truth(int index) {
        return switch (value(index)) {
            case Truth truth -> truth == Truth.TRUE;
            case Whole(long number) when number == 0 || number == 1 -> number == 1;
            default -> throw unusual();
        };
    }

    PickleText text(int index) {
        if (value(index) instanceof PickleText text) {
            return text;
        }
        throw unusual();
    }

    /// Bytes; Python 2 had none apart from texts.
    Stored bytes(int index) {
        return switch (value(index)) {
            case PickleBytes(Stored stored) -> stored;
            case PickleText text when text.isBytes() -> text.stored();
            default -> throw unusual();
        };
    }

    NumpyType dataType(int index) {
        if (value(index) instanceof NumpyType type) {
            return type;
        }
        throw unusual();
    }

    /// An integer that is not negative.
    long size(int index) {
        long size = whole(index);
        if (size < 0) {
            throw unusual();
        }
        return size;
    }

    List<PickleValue> sequence(int index) {
        return switch (value(index)) {
            case PickleList list -> list.elements();
            case Tuple(List<PickleValue> elements) -> elements;
            default -> throw unusual();
        };
    }

    /// A shape: at most 8 sizes, none negative.
    long[] sizes(int index) {
        if (!(value(index) instanceof Tuple(List<PickleValue> elements)) || elements.size() > Limits.RANK) {
            throw unusual();
        }
        return elements.stream().mapToLong(element -> switch (element) {
            case Whole(long size) when size >= 0 -> size;
            default -> throw unusual();
        }).toArray();
    }

    /// Each of 0 to `rank` - 1 once.
    int[] permutation(int index, int rank) {
        long[] axes = sizes(index);
        boolean isPermutation = axes.length == rank && Arrays.stream(axes).distinct().count() == rank
                && Arrays.stream(axes).allMatch(axis -> axis < rank);
        if (!isPermutation) {
            throw unusual();
        }
        return Arrays.stream(axes).mapToInt(Math::toIntExact).toArray();
    }

    /// What to throw where these are not what numpy writes.
    PickleException unusual() {
        return PickleException.damaged(offset, callee + " has other parts than " + writer + " writes");
    }
}
