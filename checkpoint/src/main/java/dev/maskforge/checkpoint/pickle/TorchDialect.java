package dev.maskforge.checkpoint.pickle;

import dev.maskforge.checkpoint.pickle.PickleValue.BigWhole;
import dev.maskforge.checkpoint.pickle.PickleValue.None;
import dev.maskforge.checkpoint.pickle.PickleValue.Opaque;
import dev.maskforge.checkpoint.pickle.PickleValue.Real;
import dev.maskforge.checkpoint.pickle.PickleValue.Truth;
import dev.maskforge.checkpoint.pickle.PickleValue.Tuple;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Pickles of `torch.save`: tensors, whose storages lie outside the pickle, numpy arrays, and the plain values of
/// optimizers, schedulers and trainers.
///
/// Source: `torch/serialization.py`, `torch/_utils.py` and `torch/_weights_only_unpickler.py` of PyTorch 1.13 and 2.13.
final class TorchDialect implements Dialect {
    private static final String TORCH = "torch";

    private final long fileSize;
    private final Allowance allowance;
    private final Reductions numpy;
    private final Map<String, TorchStorage> storages = new LinkedHashMap<>();

    /// @param fileSize of the whole file, in which the storages must have room
    TorchDialect(long fileSize, Allowance allowance, Reductions numpy) {
        this.fileSize = fileSize;
        this.allowance = allowance;
        this.numpy = numpy;
    }

    /// The storages that were named so far.
    Collection<TorchStorage> storages() {
        return Collections.unmodifiableCollection(storages.values());
    }

    @Override
    public Optional<PickleValue> named(Global.Name name) {
        return Global.of(name).<PickleValue>map(global -> global).or(() -> TorchGlobal.of(name));
    }

    @Override
    public PickleException refusal(long offset, Opcode opcode, Global.Name name) {
        return TorchAdvice.refusal(offset, opcode, name);
    }

    @Override
    public boolean uses(Opcode opcode) {
        return switch (opcode) {
            case BINPERSID, NEWOBJ, EMPTY_SET, ADDITEMS, FROZENSET -> true;
            default -> false;
        };
    }

    @Override
    public PickleValue call(long offset, PickleValue callee, List<PickleValue> values) {
        return switch (callee) {
            case Global global -> numpy.call(offset, global, values);
            case TorchGlobal global -> {
                // A tensor with its shape is the largest that a call makes.
                allowance.spendMemory(offset, 320);
                yield call(global, new Arguments(offset, TORCH, global.kind(), values));
            }
            default -> throw PickleException.forbidden(offset, "the pickle calls " + callee.kind());
        };
    }

    private PickleValue call(TorchGlobal callee, Arguments arguments) {
        return switch (callee) {
            case REBUILD_TENSOR -> {
                arguments.requireCount(4);
                yield tensor(arguments, view(arguments).storage().type());
            }
            case REBUILD_TENSOR_V2 -> {
                arguments.requireCount(6, 7);
                requireAsStored(arguments, 6);
                yield tensor(arguments, view(arguments).storage().type());
            }
            case REBUILD_TENSOR_V3 -> {
                arguments.requireCount(7, 8);
                requireAsStored(arguments, 7);
                yield tensor(arguments, type(arguments, 6));
            }
            case REBUILD_PARAMETER -> parameter(arguments, 3, 3);
            case REBUILD_PARAMETER_WITH_STATE -> parameter(arguments, 4, 4);
            case PARAMETER, BUFFER -> parameter(arguments, 1, 3);
            case REBUILD_FROM_TYPE -> fromType(arguments);
            case SIZE -> {
                arguments.requireCount(1);
                yield new Tuple(copied(arguments));
            }
            case DEVICE -> opaque(arguments, "a device", 1, 2);
            case GET_LAYOUT -> opaque(arguments, "a layout", 1);
            case BYTE_ARRAY -> opaque(arguments, "bytes", 0, 1, 2);
            case COMPLEX -> opaque(arguments, "a complex number", 2);
            case NAMESPACE -> opaque(arguments, "a Namespace", 0);
            case SET, FROZEN_SET -> set(arguments);
            case COUNTER -> counter(arguments);
            case DEFAULT_DICT -> {
                arguments.requireCount(0, 1);
                yield new PickleDictionary(true);
            }
            case TENSOR, LIST, DICT, INT, FLOAT ->
                throw PickleException.forbidden(arguments.offset(), "the pickle calls " + callee.kind());
        };
    }

    /// `(storage, offset, size, stride)`, then in version 2 `requires_grad, hooks`, in version 3 also the element type, and in
    /// both what else there is to know of the elements.
    private TorchTensor tensor(Arguments arguments, TorchType type) {
        long offset = arguments.offset();
        long[] shape = arguments.sizes(2);
        long[] strides = arguments.sizes(3);
        if (strides.length != shape.length) {
            throw arguments.unusual();
        }
        Layout layout = Layout.strided(offset, shape, strides);
        TorchTensor tensor = TorchTensor.of(offset, view(arguments), type, arguments.size(1), layout);
        allowance.spendElements(offset, tensor.byteSize());
        return tensor;
    }

    private static TorchTensor.View view(Arguments arguments) {
        if (arguments.value(0) instanceof TorchTensor.View view) {
            return view;
        }
        throw arguments.unusual();
    }

    private static TorchType type(Arguments arguments, int index) {
        if (arguments.value(index) instanceof TorchType type) {
            return type;
        }
        throw arguments.unusual();
    }

    /// Makes sure that the elements are those in the storage: the last argument, if it is there, has no marks.
    private static void requireAsStored(Arguments arguments, int index) {
        boolean hasMarks = arguments.count() > index && arguments.value(index) != None.NONE
                && !(arguments.value(index) instanceof PickleDictionary marks && marks.contents().findAny().isEmpty());
        if (hasMarks) {
            throw PickleException.unsupported(arguments.offset(),
                    "a tensor is marked as conjugated or negated, and its elements are not yet",
                    "save it after resolve_conj() and resolve_neg()");
        }
    }

    /// The tensor that a parameter wraps: whether it is trained, its hooks and its attributes do not matter here.
    private static TorchTensor parameter(Arguments arguments, int fewest, int most) {
        if (arguments.count() < fewest || arguments.count() > most || !(arguments.value(0) instanceof TorchTensor tensor)) {
            throw arguments.unusual();
        }
        return tensor;
    }

    /// `(function, class, arguments, attributes)`.
    private PickleValue fromType(Arguments arguments) {
        arguments.requireCount(4);
        boolean isOfTensor = arguments.value(0) instanceof TorchGlobal function && function.rebuildsTensor()
                && arguments.value(1) instanceof TorchGlobal type && type.isTensorClass();
        if (!isOfTensor || !(arguments.value(2) instanceof Tuple(List<PickleValue> inner))) {
            throw arguments.unusual();
        }
        return call(arguments.offset(), arguments.value(0), inner);
    }

    /// An object of which nothing is kept.
    private static PickleValue opaque(Arguments arguments, String kind, int... counts) {
        arguments.requireCount(counts);
        return new Opaque(kind);
    }

    /// The elements of the only argument, which the caller copies: a list in a few bytes may be copied again and again.
    private List<PickleValue> copied(Arguments arguments) {
        List<PickleValue> elements = arguments.sequence(0);
        allowance.spendMemory(arguments.offset(), (long) elements.size() * Long.BYTES);
        return elements;
    }

    private PickleValue set(Arguments arguments) {
        arguments.requireCount(0, 1);
        PickleSet set = new PickleSet();
        if (arguments.count() == 1) {
            set.addAll(arguments.offset(), copied(arguments));
        }
        return set;
    }

    /// A counter is the dictionary that it is made from.
    private static PickleValue counter(Arguments arguments) {
        arguments.requireCount(0, 1);
        if (arguments.count() == 0) {
            return new PickleDictionary(true);
        }
        if (!(arguments.value(0) instanceof PickleDictionary dictionary)) {
            throw arguments.unusual();
        }
        return dictionary;
    }

    @Override
    public void build(long offset, PickleValue target, PickleValue state) {
        switch (target) {
            case TorchTensor tensor -> {
                // Of a parameter, as PyTorch 0.3 wrote it: (requires_grad, volatile, hooks).
                boolean isOfParameter = state instanceof Tuple(List<PickleValue> parts) && parts.size() == 3;
                if (!isOfParameter && !(state instanceof PickleDictionary)) {
                    throw PickleException.damaged(offset, "the state of " + tensor.kind() + " is " + state.kind());
                }
            }
            case Opaque opaque -> {
                if (!(state instanceof PickleDictionary)) {
                    throw PickleException.damaged(offset, "the attributes of " + opaque.kind() + " are " + state.kind());
                }
            }
            default -> numpy.build(offset, target, state);
        }
    }

    @Override
    public void put(long offset, PickleDictionary dictionary, PickleValue key, PickleValue value) {
        switch (key) {
            case Real _,Truth _,None _,Tuple _,BigWhole _,PickleBytes _,TorchType _ -> {
                allowance.spendMemory(offset, 128);
                dictionary.putUnderOtherKey(key, value);
            }
            default -> numpy.put(offset, dictionary, key, value);
        }
    }

    /// `('storage', type, key, location, element count)`, and in old files a sixth part: None, or
    /// `(key of the view, first element, element count)`.
    @Override
    public PickleValue persistent(long offset, PickleValue id) {
        if (!(id instanceof Tuple(List<PickleValue> parts)) || parts.isEmpty()) {
            throw PickleException.damaged(offset, "the pickle asks for something outside it by " + id.kind());
        }
        Arguments arguments = new Arguments(offset, TORCH, "the name of a storage", parts);
        if (arguments.text(0).string().equals("module")) {
            throw TorchAdvice.wholeModule(offset);
        }
        arguments.requireCount(5, 6);
        if (!arguments.text(0).string().equals("storage")) {
            throw arguments.unusual();
        }
        arguments.text(3);
        TorchStorage storage = storage(offset, arguments.text(2), type(arguments, 1), arguments.size(4));
        if (arguments.count() == 5 || arguments.value(5) == None.NONE) {
            return new TorchTensor.View(storage, 0, storage.byteSize());
        }
        return part(offset, storage, arguments.value(5));
    }

    /// The storage of a key, which is the same wherever it is named.
    private TorchStorage storage(long offset, PickleText key, TorchType type, long elementCount) {
        if (key.stored().length() > Limits.NAME) {
            throw PickleException.tooLarge(offset, "the key of a storage, of " + key.stored().length() + " bytes, is", Limits.NAME);
        }
        if (elementCount > fileSize / type.bytes()) {
            throw PickleException.damaged(offset, "a storage should have " + elementCount + " elements of " + type + ", the file has "
                    + fileSize + " bytes");
        }
        allowance.spendMemory(offset, 256 + key.stored().length());
        TorchStorage known = storages.get(key.string());
        if (known == null) {
            TorchStorage storage = new TorchStorage(key.string(), type, elementCount);
            storages.put(key.string(), storage);
            return storage;
        }
        if (!known.isLike(type, elementCount)) {
            throw PickleException.damaged(offset, "the storage '" + key.shortened() + "' has " + known.elementCount() + " elements of "
                    + known.type() + " in one place and " + elementCount + " of " + type + " in another");
        }
        return known;
    }

    private static TorchTensor.View part(long offset, TorchStorage storage, PickleValue metadata) {
        if (!(metadata instanceof Tuple(List<PickleValue> parts))) {
            throw PickleException.damaged(offset, "the part of a storage is said by " + metadata.kind());
        }
        Arguments arguments = new Arguments(offset, TORCH, "the part of a storage", parts);
        arguments.requireCount(3);
        arguments.text(0);
        long first = arguments.size(1);
        long count = arguments.size(2);
        if (first > storage.elementCount() || count > storage.elementCount() - first) {
            throw PickleException.damaged(offset, "a part of a storage takes " + count + " elements from number " + first
                    + ", the storage has " + storage.elementCount());
        }
        return new TorchTensor.View(storage, first * storage.elementSize(), count * storage.elementSize());
    }
}
