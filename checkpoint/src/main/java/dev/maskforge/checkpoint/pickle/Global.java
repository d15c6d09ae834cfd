package dev.maskforge.checkpoint.pickle;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// All that a pickle may name. These are constants: what calling one means is written out in [Reductions], and no name
/// leads to a class or a function.
enum Global implements PickleValue {
    RECONSTRUCT("_reconstruct", "numpy.core.multiarray", "numpy._core.multiarray"),
    SCALAR("scalar", "numpy.core.multiarray", "numpy._core.multiarray"),
    FROM_BUFFER("_frombuffer", "numpy.core.numeric", "numpy._core.numeric"), //
    ARRAY("ndarray", "numpy"), //
    DATA_TYPE("dtype", "numpy"), //
    ENCODE("encode", "_codecs"), //
    BYTES("bytes", "__builtin__", "builtins"), //
    ORDERED_DICT("OrderedDict", "collections");

    /// A name as the pickle gives it. Two parts that are never joined, so that no dot can be moved from one to the other.
    record Name(String module, String name) {
        private static final int SHORTENED = 40;

        /// For messages, so not longer than one can be.
        @Override
        public String toString() {
            return shortened(module) + "." + shortened(name);
        }

        private static String shortened(String part) {
            return part.length() <= SHORTENED ? part : part.substring(0, SHORTENED) + "…";
        }
    }

    private static final Map<Name, Global> BY_NAME = byName();

    private final String function;
    private final String module;
    private final String renamed;

    /// @param module  where Python 2 or numpy 1 has it
    /// @param renamed where Python 3 or numpy 2 has it
    Global(String function, String module, String renamed) {
        this.function = function;
        this.module = module;
        this.renamed = renamed;
    }

    Global(String function, String module) {
        this(function, module, module);
    }

    private static Map<Name, Global> byName() {
        Map<Name, Global> globals = new HashMap<>();
        for (Global global : values()) {
            globals.put(new Name(global.module, global.function), global);
            globals.put(new Name(global.renamed, global.function), global);
        }
        return Map.copyOf(globals);
    }

    static Optional<Global> of(Name name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    @Override
    public String kind() {
        return "the function " + new Name(module, function);
    }
}
