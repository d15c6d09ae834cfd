package dev.maskforge.checkpoint.pickle;

import dev.maskforge.checkpoint.pickle.PickleValue.Tuple;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;

/// Checks that a value is a tree of bearable depth and size, where a value used in several places counts in each of them.
final class Structure {
    /// What is known of a container when all that it holds has been looked at.
    private record Measure(int height, long nodes) {}

    /// A container on the way from the root to where the walk is.
    private static final class Step {
        final PickleValue container;
        final Iterator<PickleValue> rest;
        int height = 1;
        long nodes = 1;

        Step(PickleValue container, Iterator<PickleValue> rest) {
            this.container = container;
            this.rest = rest;
        }

        void add(Measure measure) {
            height = Math.max(height, 1 + measure.height);
            nodes += measure.nodes;
        }
    }

    private final long offset;
    private final IdentityHashMap<PickleValue, Measure> measured = new IdentityHashMap<>();
    private final IdentityHashMap<PickleValue, Step> onTheWay = new IdentityHashMap<>();
    private final Deque<Step> way = new ArrayDeque<>();

    private Structure(long offset) {
        this.offset = offset;
    }

    /// @throws PickleException if the value holds itself, is nested too deeply, or would take too much room written out
    static void check(long offset, PickleValue root) {
        new Structure(offset).walk(root);
    }

    private void walk(PickleValue root) {
        enter(root);
        while (!way.isEmpty()) {
            Step step = way.getLast();
            if (step.rest.hasNext()) {
                visit(step, step.rest.next());
            } else {
                leave(step);
            }
        }
    }

    private void visit(Step step, PickleValue child) {
        if (!isContainer(child)) {
            step.nodes++;
            return;
        }
        if (onTheWay.containsKey(child)) {
            throw PickleException.forbidden(offset, child.kind() + " holds itself");
        }
        Measure known = measured.get(child);
        if (known == null) {
            enter(child);
            return;
        }
        requireNesting(way.size() + known.height);
        step.add(known);
    }

    private void enter(PickleValue container) {
        requireNesting(way.size() + 1);
        Step step = new Step(container, children(container));
        way.addLast(step);
        onTheWay.put(container, step);
    }

    private void leave(Step step) {
        if (step.nodes > Limits.NODES) {
            throw PickleException.tooLarge(offset, "the values written out grow", Limits.NODES);
        }
        Measure measure = new Measure(step.height, step.nodes);
        measured.put(step.container, measure);
        onTheWay.remove(step.container);
        way.removeLast();
        if (!way.isEmpty()) {
            way.getLast().add(measure);
        }
    }

    private void requireNesting(int depth) {
        if (depth > Limits.NESTING) {
            throw PickleException.tooLarge(offset, "the nesting of values grows", Limits.NESTING);
        }
    }

    private static boolean isContainer(PickleValue value) {
        return value instanceof Tuple || value instanceof PickleList || value instanceof PickleSet || value instanceof PickleDictionary;
    }

    private static Iterator<PickleValue> children(PickleValue value) {
        return switch (value) {
            case Tuple(List<PickleValue> elements) -> elements.iterator();
            case PickleList list -> list.elements().iterator();
            case PickleSet set -> set.elements().iterator();
            case PickleDictionary dictionary -> dictionary.contents().iterator();
            default -> List.<PickleValue>of().iterator();
        };
    }
}
