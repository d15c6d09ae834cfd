package dev.maskforge.passes.rewrite;

import dev.maskforge.graph.Dimension;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What a rule says of sizes that are known only when the graph runs, where it asks what pays.
final class Sizes {
    /// Of a symbol: large enough that constants count for little, such as the rest that a division leaves.
    private static final long USUAL = 1 << 10;

    private Sizes() {
    }

    /// Whether one is smaller than the other with all symbols of a usual size.
    static boolean isSmaller(Dimension one, Dimension other) {
        return usual(one) < usual(other);
    }

    static long usual(Dimension dimension) {
        Map<String, Long> sizes = dimension.symbols().stream().collect(Collectors.toMap(Function.identity(), _ -> USUAL));
        return dimension.with(sizes).size();
    }
}
