package dev.maskforge.passes;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Verifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Passes in the order in which they run. The graph is verified after each, so that a fault is found where it was made.
public record Pipeline(List<Pass> passes) {
    public Pipeline {
        passes = List.copyOf(passes);
    }

    public static Pipeline of(Pass... passes) {
        return new Pipeline(List.of(passes));
    }

    /// This one's passes, then another's.
    public Pipeline then(Pipeline next) {
        return new Pipeline(Stream.concat(passes.stream(), next.passes.stream()).toList());
    }

    /// The same without the passes of a name.
    public Pipeline without(String name) {
        return new Pipeline(passes.stream().filter(pass -> !pass.name().equals(name)).toList());
    }

    /// Runs the passes.
    ///
    /// @throws IllegalStateException if a pass leaves an invalid graph; the message names the pass
    public Result run(Graph graph) {
        return run(graph, (_, _) -> {
            // Nobody looks on.
        });
    }

    /// The same, shown to an observer pass by pass.
    public Result run(Graph graph, Observer observer) {
        List<Step> steps = new ArrayList<>();
        Graph current = graph;
        for (Pass pass : passes) {
            long start = System.nanoTime();
            Pass.Outcome outcome = pass.apply(current);
            Graph next = verified(pass, outcome.graph());
            Step step = new Step(pass.name(), outcome.matches(), outcome.refusals(), current.nodes().size(), next.nodes().size(),
                    Duration.ofNanos(System.nanoTime() - start));
            steps.add(step);
            observer.passed(step, next);
            current = next;
        }
        return new Result(current, steps);
    }

    private static Graph verified(Pass pass, Graph graph) {
        try {
            return Verifier.verify(graph);
        } catch (IllegalStateException e) {
            throw new IllegalStateException("pass '" + pass.name() + "': " + e.getMessage(), e);
        }
    }

    /// Sees the graph after each pass.
    @FunctionalInterface
    public interface Observer {
        void passed(Step step, Graph after);
    }

    /// The changed graph and what each pass did.
    public record Result(Graph graph, List<Step> steps) {
        public Result {
            steps = List.copyOf(steps);
        }
    }

    /// One pass's row in the report.
    ///
    /// @param pass     its name
    /// @param matches  the number of places that it changed
    /// @param refusals the places that it left, though its pattern almost fits
    /// @param before   number of nodes before it
    /// @param after    number of nodes after it
    /// @param time     how long it and the verifier took
    public record Step(String pass, int matches, List<Pass.Refusal> refusals, int before, int after, Duration time) {
        public Step {
            refusals = List.copyOf(refusals);
        }
    }
}
