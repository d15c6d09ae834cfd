package dev.maskforge.checkpoint.pickle;

import java.util.ArrayList;
import java.util.List;

/// The stack that operations work on. A mark is a floor: what lies under it cannot be reached until it is taken away.
final class PickleStack {
    private final List<PickleValue> values = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();

    void push(long offset, PickleValue value) {
        if (values.size() == Limits.STACK) {
            throw PickleException.tooLarge(offset, "the stack grows", Limits.STACK);
        }
        values.add(value);
    }

    PickleValue pop(long offset) {
        requireValue(offset);
        return values.removeLast();
    }

    /// The value on top, which stays there.
    PickleValue top(long offset) {
        requireValue(offset);
        return values.getLast();
    }

    void mark(long offset) {
        if (marks.size() == Limits.MARKS) {
            throw PickleException.tooLarge(offset, "the marks on the stack grow", Limits.MARKS);
        }
        marks.add(values.size());
    }

    /// Takes away the last mark and all that lies above it, which is returned from the bottom up.
    List<PickleValue> popToMark(long offset) {
        if (marks.isEmpty()) {
            throw PickleException.damaged(offset, "the stack has no mark");
        }
        List<PickleValue> above = values.subList(marks.removeLast(), values.size());
        List<PickleValue> taken = List.copyOf(above);
        above.clear();
        return taken;
    }

    /// The last value.
    ///
    /// @throws PickleException if there are others, or marks
    PickleValue popLast(long offset) {
        if (!marks.isEmpty() || values.size() > 1) {
            throw PickleException.damaged(offset, "the stack holds more than the result at the end");
        }
        return pop(offset);
    }

    private void requireValue(long offset) {
        int floor = marks.isEmpty() ? 0 : marks.getLast();
        if (values.size() == floor) {
            throw PickleException.damaged(offset, "the stack is empty");
        }
    }
}
