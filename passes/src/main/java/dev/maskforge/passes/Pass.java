package dev.maskforge.passes;

import dev.maskforge.graph.Graph;
import java.util.List;

/// A change of a graph that keeps what it computes.
public interface Pass {
    /// A verb and what it is done to, such as `fold constants`.
    String name();

    /// Changes the graph where the pass's pattern fits.
    Outcome apply(Graph graph);

    /// What a pass made of a graph.
    ///
    /// @param graph    the changed graph; the given one where there was nothing to change
    /// @param matches  the number of places that were changed
    /// @param refusals the places where the pattern almost fits and nothing was changed
    record Outcome(Graph graph, int matches, List<Refusal> refusals) {
        public Outcome {
            refusals = List.copyOf(refusals);
        }

        public static Outcome of(Graph graph, int matches) {
            return new Outcome(graph, matches, List.of());
        }

        public static Outcome unchanged(Graph graph) {
            return of(graph, 0);
        }
    }

    /// A place that a pass left as it is.
    ///
    /// @param node   where the pattern almost fits, by its name
    /// @param reason what speaks against the change, such as `its weight is computed`
    record Refusal(String node, String reason) {}
}
