package dev.maskforge.checkpoint.pickle;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// What a file of `torch.save` may name beside numpy's names, element types and storages: the names that `torch.load` allows
/// with `weights_only`, and the plain containers of trainers. Constants, like those of [Global].
enum TorchGlobal implements PickleValue {
    REBUILD_TENSOR("_rebuild_tensor", "torch._utils"), //
    REBUILD_TENSOR_V2("_rebuild_tensor_v2", "torch._utils"), //
    REBUILD_TENSOR_V3("_rebuild_tensor_v3", "torch._utils"), //
    REBUILD_PARAMETER("_rebuild_parameter", "torch._utils"), //
    REBUILD_PARAMETER_WITH_STATE("_rebuild_parameter_with_state", "torch._utils"), //
    REBUILD_FROM_TYPE("_rebuild_from_type_v2", "torch._tensor"), //
    TENSOR("Tensor", "torch"), //
    PARAMETER("Parameter", "torch.nn.parameter", "torch.nn"), //
    BUFFER("Buffer", "torch.nn.parameter", "torch.nn"), //
    SIZE("Size", "torch"), //
    DEVICE("device", "torch"), //
    GET_LAYOUT("_get_layout", "torch.serialization"), //
    COUNTER("Counter", "collections"), //
    DEFAULT_DICT("defaultdict", "collections"), //
    NAMESPACE("Namespace", "argparse"), //
    SET("set", "builtins", "__builtin__"), //
    FROZEN_SET("frozenset", "builtins", "__builtin__"), //
    BYTE_ARRAY("bytearray", "builtins", "__builtin__"), //
    COMPLEX("complex", "builtins", "__builtin__"), //
    /// These stand only for themselves, as what a `defaultdict` begins its entries with.
    LIST("list", "builtins", "__builtin__"), //
    DICT("dict", "builtins", "__builtin__"), //
    INT("int", "builtins", "__builtin__"), //
    FLOAT("float", "builtins", "__builtin__");

    private static final Map<Global.Name, PickleValue> BY_NAME = byName();

    private final String function;
    private final String module;
    private final String otherModule;

    /// @param otherModule where another version of Python or PyTorch has it
    TorchGlobal(String function, String module, String otherModule) {
        this.function = function;
        this.module = module;
        this.otherModule = otherModule;
    }

    TorchGlobal(String function, String module) {
        this(function, module, module);
    }

    private static Map<Global.Name, PickleValue> byName() {
        Map<Global.Name, PickleValue> names = new HashMap<>();
        for (TorchGlobal global : values()) {
            names.put(new Global.Name(global.module, global.function), global);
            names.put(new Global.Name(global.otherModule, global.function), global);
        }
        for (TorchType type : TorchType.values()) {
            names.put(new Global.Name("torch", type.toString()), type);
            type.storage().ifPresent(storage -> Stream.of("torch", "torch.cuda")
                    .forEach(module -> names.put(new Global.Name(module, storage), type)));
        }
        for (String module : List.of("torch", "torch.storage")) {
            // Bytes without a type; the second name is that of PyTorch 1.11 and 1.12.
            names.put(new Global.Name(module, "UntypedStorage"), TorchType.UINT8);
            names.put(new Global.Name(module, "_UntypedStorage"), TorchType.UINT8);
        }
        return Map.copyOf(names);
    }

    static Optional<PickleValue> of(Global.Name name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /// Whether it is a function that makes a tensor from a storage or from another tensor.
    boolean rebuildsTensor() {
        return Arrays.asList(REBUILD_TENSOR, REBUILD_TENSOR_V2, REBUILD_TENSOR_V3, REBUILD_PARAMETER, REBUILD_PARAMETER_WITH_STATE)
                .contains(this);
    }

    /// Whether it is a class of tensors.
    boolean isTensorClass() {
        return this == TENSOR || this == PARAMETER || this == BUFFER;
    }

    @Override
    public String kind() {
        return "the function " + new Global.Name(module, function);
    }
}
