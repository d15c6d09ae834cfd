package dev.maskforge.checkpoint.pickle;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;

/// A dictionary, which grows while the pickle is read. Keys are texts, or integers as in the state of an optimizer. The
/// two lie apart, so that no hash bucket mixes classes that cannot be ordered.
public final class PickleDictionary implements PickleValue {
    private final boolean ordered;
    private SequencedMap<String, PickleValue> byText = Collections.emptyNavigableMap();
    private Map<Long, PickleValue> byNumber = Map.of();
    private List<PickleValue> underOtherKeys = List.of();

    PickleDictionary(boolean ordered) {
        this.ordered = ordered;
    }

    /// The entries that have a text as their key.
    public SequencedMap<String, PickleValue> entries() {
        return Collections.unmodifiableSequencedMap(byText);
    }

    /// All that it holds besides texts and integers as keys.
    Stream<PickleValue> contents() {
        return Stream.of(byText.values(), byNumber.values(), underOtherKeys).flatMap(Collection::stream);
    }

    /// Whether it is Python's `OrderedDict`, which may carry attributes.
    boolean isOrdered() {
        return ordered;
    }

    void put(long offset, PickleValue key, PickleValue value) {
        if (byText.size() + byNumber.size() == Limits.ELEMENTS) {
            throw PickleException.tooLarge(offset, "a dictionary grows", Limits.ELEMENTS);
        }
        switch (key) {
            case PickleText text -> {
                byText = byText.isEmpty() ? new LinkedHashMap<>() : byText;
                if (byText.putIfAbsent(text.string(), value) != null) {
                    throw twice(offset, "'" + text.shortened() + "'");
                }
            }
            case Whole(long number) -> {
                byNumber = byNumber.isEmpty() ? new HashMap<>() : byNumber;
                if (byNumber.putIfAbsent(number, value) != null) {
                    throw twice(offset, Long.toString(number));
                }
            }
            default -> throw PickleException.forbidden(offset, "a dictionary has " + key.kind() + " as a key");
        }
    }

    /// Adds an entry that nobody can ask for, since its key is no text and no integer.
    void putUnderOtherKey(PickleValue key, PickleValue value) {
        underOtherKeys = underOtherKeys.isEmpty() ? new ArrayList<>() : underOtherKeys;
        underOtherKeys.add(key);
        underOtherKeys.add(value);
    }

    private static PickleException twice(long offset, String key) {
        return PickleException.damaged(offset, "a dictionary has the key " + key + " twice");
    }

    @Override
    public String kind() {
        return "a dictionary";
    }
}
