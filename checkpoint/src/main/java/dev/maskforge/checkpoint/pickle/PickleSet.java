package dev.maskforge.checkpoint.pickle;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// A set, frozen or not, which nobody asks whether it holds anything: its elements are kept in the order in which they come.
final class PickleSet implements PickleValue {
    private final List<PickleValue> elements = new ArrayList<>(0);

    List<PickleValue> elements() {
        return Collections.unmodifiableList(elements);
    }

    void addAll(long offset, List<PickleValue> more) {
        if (more.size() > Limits.ELEMENTS - elements.size()) {
            throw PickleException.tooLarge(offset, "a set grows", Limits.ELEMENTS);
        }
        elements.addAll(more);
    }

    @Override
    public String kind() {
        return "a set";
    }
}
