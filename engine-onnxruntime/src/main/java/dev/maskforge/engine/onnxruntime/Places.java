package dev.maskforge.engine.onnxruntime;

import dev.maskforge.graph.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// Where in one block of memory the values between steps lie.
///
/// A kernel that may [write over one of its inputs][EngineStep#overwritable()] does where nobody takes that input later:
/// what is read and then written in one place comes from memory once, what is written elsewhere twice.
///
/// @param places by value, the one whose place it has, itself or another
/// @param layout of the places
record Places(Map<String, String> places, BufferLayout layout) {
    Places {
        places = Map.copyOf(places);
    }

    /// @param types of the values, by name; others are not the block's
    static Places of(List<EngineStep> steps, Map<String, TensorType> types) {
        Map<String, Integer> lastUses = new HashMap<>();
        for (int i = 0; i < steps.size(); i++) {
            for (String input : steps.get(i).inputs().keySet()) {
                lastUses.put(input, i);
            }
        }
        Map<String, String> places = new HashMap<>();
        SequencedMap<String, BufferLayout.Lifetime> lifetimes = new LinkedHashMap<>();
        for (int i = 0; i < steps.size(); i++) {
            int now = i;
            Optional<String> replaced = steps.get(i).overwritable()
                    .filter(name -> types.containsKey(name) && lastUses.getOrDefault(name, now) == now);
            for (String name : steps.get(i).outputs().keySet()) {
                TensorType type = types.get(name);
                if (type != null) {
                    String place = replaced.filter(input -> type.equals(types.get(input))).map(places::get).orElse(name);
                    places.put(name, place);
                    int last = Math.max(now, lastUses.getOrDefault(name, now));
                    lifetimes.merge(place, new BufferLayout.Lifetime(place, bytes(type), now, last),
                            (old, further) -> new BufferLayout.Lifetime(place, old.bytes(), old.first(), further.last()));
                }
            }
        }
        return new Places(places, BufferLayout.of(new ArrayList<>(lifetimes.values())));
    }

    static long bytes(TensorType type) {
        return Math.multiplyExact(type.shape().elementCount(), (long) type.dataType().bytes());
    }

    /// Of the whole block.
    long bytes() {
        return layout.bytes();
    }

    /// Where a value lies.
    ///
    /// @throws IllegalArgumentException if it is not among them
    long offset(String name) {
        return layout.offset(places.getOrDefault(name, name));
    }
}
