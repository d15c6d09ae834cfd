package dev.maskforge.checkpoint.pickle;

import java.math.BigInteger;
import java.util.List;

/// What a pickle can hold. Values are compared by identity, since one that holds itself would compare for ever.
public sealed interface PickleValue permits Global, NumpyType, PickleArray, PickleBytes, PickleDictionary, PickleList, PickleSet,
        PickleText, TorchGlobal, TorchStorage, TorchTensor, TorchTensor.View, TorchType, PickleValue.Opaque, PickleValue.None,
        PickleValue.Truth, PickleValue.Whole, PickleValue.BigWhole, PickleValue.Real, PickleValue.Tuple {
    /// What it is, such as `a list`, for messages.
    String kind();

    /// Python's `None`.
    enum None implements PickleValue {
        NONE;

        @Override
        public String kind() {
            return "None";
        }
    }

    /// Python's `True` and `False`.
    enum Truth implements PickleValue {
        FALSE, TRUE;

        @Override
        public String kind() {
            return "a truth value";
        }
    }

    /// An integer of 64 bits.
    record Whole(long value) implements PickleValue {
        @Override
        public String kind() {
            return "an integer";
        }
    }

    /// An integer of more than 64 bits.
    record BigWhole(BigInteger value) implements PickleValue {
        @Override
        public String kind() {
            return "an integer";
        }
    }

    /// A floating-point number.
    record Real(double value) implements PickleValue {
        @Override
        public String kind() {
            return "a number";
        }
    }

    /// A fixed sequence.
    record Tuple(List<PickleValue> elements) implements PickleValue {
        public Tuple {
            elements = List.copyOf(elements);
        }

        @Override
        public String kind() {
            return "a tuple";
        }
    }

    /// Something of which only the kind matters.
    record Opaque(String kind) implements PickleValue {}
}
