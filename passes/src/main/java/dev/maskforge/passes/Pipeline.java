package dev.maskforge.passes;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Verifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Passes in the order in which they run. The graph is verified after each, so that a fault is found where it was made.
public record Pipeline(List<Pass> passes) {
    public Pipeline {
        passes = List.copyOf(passes);
    }

    public static Pipeline of(Pass... passes) {
        return new Pipeline(List.of(passes));
    }

    /// Runs the passes.
    ///
    /// @throws IllegalStateException if a pass leaves an invalid graph; the message names the pass
    public Result run(Graph graph) {
        List<Step> steps = new ArrayList<>();
        Graph current = graph;
        for (Pass pass : passes) {
            long start = System.nanoTime();
            Graph next = verified(pass, pass.apply(current));
            steps.add(new Step(pass.name(), current.nodes().size(), next.nodes().size(), Duration.ofNanos(System.nanoTime() - start)));
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

    /// The changed graph and what each pass did.
    public record Result(Graph graph, List<Step> steps) {
        public Result {
            steps = List.copyOf(steps);
        }
    }

    /// One pass's row in the report.
    ///
    /// @param pass   its name
    /// @param before number of nodes before it
    /// @param after  number of nodes after it
    /// @param time   how long it and the verifier took
    public record Step(String pass, int before, int after, Duration time) {}
}
