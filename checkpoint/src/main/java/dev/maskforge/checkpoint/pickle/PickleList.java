package dev.maskforge.checkpoint.pickle;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// A list, which grows while the pickle is read.
public final class PickleList implements PickleValue {
    private final List<PickleValue> elements = new ArrayList<>(0);

    PickleList() {
    }

    public List<PickleValue> elements() {
        return Collections.unmodifiableList(elements);
    }

    void append(long offset, PickleValue element) {
        if (elements.size() == Limits.ELEMENTS) {
            throw PickleException.tooLarge(offset, "a list grows", Limits.ELEMENTS);
        }
        elements.add(element);
    }

    @Override
    public String kind() {
        return "a list";
    }
}
