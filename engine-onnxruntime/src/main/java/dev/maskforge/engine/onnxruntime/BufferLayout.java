package dev.maskforge.engine.onnxruntime;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Where values lie in one block of memory, such that those which are needed at the same time do not overlap.
///
/// Values are placed from the largest to the smallest, each as low as it fits beside those placed before it ("greedy by
/// size" in "Efficient Memory Management for Deep Neural Net Inference", arXiv 2001.03288, section 4.3).
///
/// @param offsets by name, in bytes
/// @param bytes   of the whole block
record BufferLayout(Map<String, Long> offsets, long bytes) {
    static final long ALIGNMENT = 64;

    BufferLayout {
        offsets = Map.copyOf(offsets);
    }

    /// A value and when it is needed.
    ///
    /// @param bytes its size
    /// @param first the step that gives it
    /// @param last  the last step that takes it
    record Lifetime(String name, long bytes, int first, int last) {
        private boolean meets(Lifetime other) {
            return first <= other.last && other.first <= last;
        }
    }

    private record Placed(Lifetime value, long offset) {
        private long end() {
            return offset + value.bytes;
        }
    }

    static BufferLayout of(List<Lifetime> values) {
        List<Placed> placed = new ArrayList<>();
        Map<String, Long> offsets = new LinkedHashMap<>();
        long total = 0;
        for (Lifetime value : values.stream().sorted(Comparator.comparingLong(Lifetime::bytes).reversed()).toList()) {
            long offset = 0;
            List<Placed> inTheWay = placed.stream().filter(other -> other.value.meets(value))
                    .sorted(Comparator.comparingLong(Placed::offset)).toList();
            for (Placed other : inTheWay) {
                if (offset + value.bytes <= other.offset) {
                    break;
                }
                offset = Math.max(offset, aligned(other.end()));
            }
            placed.add(new Placed(value, offset));
            offsets.put(value.name, offset);
            total = Math.max(total, offset + value.bytes);
        }
        return new BufferLayout(offsets, total);
    }

    /// Where a value lies.
    ///
    /// @throws IllegalArgumentException if it is not among them
    long offset(String name) {
        Long offset = offsets.get(name);
        if (offset == null) {
            throw new IllegalArgumentException("'" + name + "' has no place among " + offsets.keySet());
        }
        return offset;
    }

    private static long aligned(long offset) {
        return Math.ceilDiv(offset, ALIGNMENT) * ALIGNMENT;
    }
}
