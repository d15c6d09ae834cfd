package dev.maskforge.engine.tensorrt.kernels.queries;

import dev.maskforge.engine.tensorrt.kernels.queries.QueryStage.Operand;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/// An order of steps in which each comes after what it takes, and a normalisation, which is in place, after all others that take
/// what it overwrites, unless these take its result, too. Otherwise steps stay as they are.
final class QueryOrder {
    private final List<QueryStep> steps;
    private final SequencedMap<QueryStep, Set<QueryStep>> before = new LinkedHashMap<>();

    private QueryOrder(List<QueryStep> steps) {
        this.steps = steps;
    }

    static List<QueryStep> of(List<QueryStep> steps, Map<String, Operand> columns) {
        QueryOrder order = new QueryOrder(steps);
        order.addInputs(columns);
        order.addOverwritten();
        return order.sorted();
    }

    private void addInputs(Map<String, Operand> columns) {
        Map<String, QueryStep> givers = new HashMap<>();
        steps.forEach(step -> givers.put(step.output(), step));
        for (QueryStep step : steps) {
            Set<QueryStep> all = new HashSet<>();
            for (String input : step.inputs()) {
                Operand part = columns.get(input);
                QueryStep giver = givers.get(part == null ? input : part.value());
                if (giver != null) {
                    all.add(giver);
                }
            }
            before.put(step, all);
        }
    }

    private void addOverwritten() {
        for (QueryStep step : steps) {
            if (step instanceof QueryStep.Normalisation normalisation) {
                for (QueryStep other : steps) {
                    if (!(other instanceof QueryStep.Normalisation) && other.rows().contains(normalisation.input())
                            && !comesBefore(normalisation, other)) {
                        before(normalisation).add(other);
                    }
                }
            }
        }
    }

    private Set<QueryStep> before(QueryStep step) {
        return before.computeIfAbsent(step, _ -> new HashSet<>());
    }

    private boolean comesBefore(QueryStep first, QueryStep last) {
        Set<QueryStep> seen = new HashSet<>(Set.of(last));
        Deque<QueryStep> open = new ArrayDeque<>(seen);
        while (!open.isEmpty()) {
            for (QueryStep next : before(open.pop())) {
                if (next.equals(first)) {
                    return true;
                }
                if (seen.add(next)) {
                    open.push(next);
                }
            }
        }
        return false;
    }

    private List<QueryStep> sorted() {
        List<QueryStep> open = new ArrayList<>(steps);
        Set<QueryStep> done = new HashSet<>();
        List<QueryStep> sorted = new ArrayList<>();
        while (!open.isEmpty()) {
            QueryStep next = open.stream().filter(step -> done.containsAll(before(step))).findFirst()
                    .orElseThrow(() -> QueryFusion.refusal("its steps wait for each other"));
            open.remove(next);
            done.add(next);
            sorted.add(next);
        }
        return sorted;
    }
}
