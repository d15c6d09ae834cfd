package dev.maskforge.checkpoint.pickle;

import dev.maskforge.checkpoint.pickle.PickleValue.None;
import dev.maskforge.checkpoint.pickle.PickleValue.Tuple;
import java.util.List;

/// What calling a name means, and what giving an object its state means, for each that a checkpoint needs and no other.
final class Reductions {
    /// Of numpy's `ndarray.__setstate__`.
    private static final int ARRAY_STATE_VERSION = 1;
    /// Of numpy's `dtype.__setstate__`; 4 differs in metadata that only dates have.
    private static final int DATA_TYPE_STATE_VERSION = 3;

    private static final String NUMPY = "numpy";

    private final Allowance allowance;

    Reductions(Allowance allowance) {
        this.allowance = allowance;
    }

    PickleValue call(long offset, Global callee, List<PickleValue> values) {
        Arguments arguments = new Arguments(offset, NUMPY, callee.kind(), values);
        // An array and its shape are the largest that a call makes.
        allowance.spendMemory(offset, 256);
        return switch (callee) {
            case RECONSTRUCT -> emptyArray(arguments);
            case SCALAR -> scalar(arguments);
            case FROM_BUFFER -> arrayFromBuffer(arguments);
            case DATA_TYPE -> dataType(arguments);
            case ENCODE -> encode(arguments);
            case BYTES -> noBytes(arguments);
            case ORDERED_DICT -> orderedDictionary(arguments);
            case ARRAY -> throw PickleException.forbidden(offset, "the pickle calls " + callee.kind());
        };
    }

    /// Gives an object its state: arrays, dtypes, and ordered dictionaries, whose attributes nobody needs.
    void build(long offset, PickleValue target, PickleValue state) {
        switch (target) {
            case PickleArray array -> buildArray(array, Arguments.ofState(offset, NUMPY, array, state));
            case NumpyType type -> buildDataType(type, Arguments.ofState(offset, NUMPY, type, state));
            case PickleDictionary dictionary when dictionary.isOrdered() -> {
                if (!(state instanceof PickleDictionary)) {
                    throw PickleException.damaged(offset, "the attributes of an OrderedDict are " + state.kind());
                }
            }
            default -> throw PickleException.forbidden(offset, "the pickle gives a state to " + target.kind());
        }
    }

    void put(long offset, PickleDictionary dictionary, PickleValue key, PickleValue value) {
        long length = key instanceof PickleText text ? text.stored().length() : 0;
        allowance.spendMemory(offset, 128 + length);
        dictionary.put(offset, key, value);
    }

    /// `_reconstruct(numpy.ndarray, (0,), b'b')`: an array that its state will fill.
    private static PickleArray emptyArray(Arguments arguments) {
        arguments.requireCount(3);
        boolean asNumpyWrites = arguments.value(0) == Global.ARRAY && arguments.sizes(1).length == 1 && arguments.sizes(1)[0] == 0
                && arguments.bytes(2).mayHold(1);
        if (!asNumpyWrites) {
            throw arguments.unusual();
        }
        return new PickleArray();
    }

    /// `(1, shape, dtype, is_fortran, elements)`.
    private void buildArray(PickleArray array, Arguments state) {
        state.requireCount(5);
        if (state.whole(0) != ARRAY_STATE_VERSION) {
            throw state.unusual();
        }
        long offset = state.offset();
        if (state.value(4) instanceof PickleList) {
            throw PickleException.forbidden(offset, "an array holds Python objects");
        }
        long[] shape = state.sizes(1);
        Layout layout = state.truth(3) ? Layout.columnMajor(offset, shape) : Layout.rowMajor(offset, shape);
        fill(offset, array, state.dataType(2), layout, state.bytes(4));
    }

    /// `scalar(dtype, element)`.
    private PickleArray scalar(Arguments arguments) {
        arguments.requireCount(2);
        PickleArray array = new PickleArray();
        fill(arguments.offset(), array, arguments.dataType(0), Layout.rowMajor(arguments.offset()), arguments.bytes(1));
        return array;
    }

    /// `_frombuffer(elements, dtype, shape, order)`, or `(elements, dtype, shape, 'K', axes)`.
    private PickleArray arrayFromBuffer(Arguments arguments) {
        arguments.requireCount(4, 5);
        PickleArray array = new PickleArray();
        long offset = arguments.offset();
        long[] shape = arguments.sizes(2);
        Layout layout = switch (arguments.text(3).string()) {
            case "C" -> Layout.rowMajor(offset, shape);
            case "F" -> Layout.columnMajor(offset, shape);
            case "K" -> Layout.permuted(offset, shape, arguments.permutation(4, shape.length));
            default -> throw arguments.unusual();
        };
        fill(offset, array, arguments.dataType(1), layout, arguments.bytes(0));
        return array;
    }

    private void fill(long offset, PickleArray array, NumpyType type, Layout layout, Stored elements) {
        array.build(offset, type, layout, elements);
        allowance.spendElements(offset, layout.elementCount() * type.dataType().bytes());
    }

    /// `dtype(code, align, copy)`.
    private static NumpyType dataType(Arguments arguments) {
        arguments.requireCount(3);
        arguments.truth(1);
        arguments.truth(2);
        return NumpyType.of(arguments.offset(), arguments.text(0));
    }

    /// `(3, byte_order, subtype, names, fields, element_size, alignment, flags)`, in which all but the second is the same for
    /// every type that a checkpoint needs.
    private static void buildDataType(NumpyType type, Arguments state) {
        state.requireCount(8);
        boolean asNumpyWrites = state.whole(0) == DATA_TYPE_STATE_VERSION && state.value(2) == None.NONE && state.value(3) == None.NONE
                && state.value(4) == None.NONE && state.whole(5) == -1 && state.whole(6) == -1 && state.whole(7) == 0;
        if (!asNumpyWrites) {
            throw state.unusual();
        }
        type.build(state.offset(), state.text(1));
    }

    /// `encode(text, 'latin1')`: how protocols 0 to 2 write bytes.
    private static PickleBytes encode(Arguments arguments) {
        arguments.requireCount(2);
        if (!arguments.text(1).string().equals("latin1") || !(arguments.value(0) instanceof PickleText text)) {
            throw arguments.unusual();
        }
        return new PickleBytes(text.stored());
    }

    /// `bytes()`: how protocols 0 to 2 write no bytes.
    private static PickleBytes noBytes(Arguments arguments) {
        arguments.requireCount(0);
        return new PickleBytes(Stored.empty());
    }

    /// `OrderedDict()`, or in Python 2 `OrderedDict([[key, value], ...])`.
    private PickleDictionary orderedDictionary(Arguments arguments) {
        arguments.requireCount(0, 1);
        PickleDictionary dictionary = new PickleDictionary(true);
        if (arguments.count() == 0) {
            return dictionary;
        }
        for (PickleValue pair : arguments.sequence(0)) {
            List<PickleValue> keyAndValue = switch (pair) {
                case PickleList list -> list.elements();
                case Tuple(List<PickleValue> elements) -> elements;
                default -> throw arguments.unusual();
            };
            if (keyAndValue.size() != 2) {
                throw arguments.unusual();
            }
            put(arguments.offset(), dictionary, keyAndValue.getFirst(), keyAndValue.getLast());
        }
        return dictionary;
    }
}
