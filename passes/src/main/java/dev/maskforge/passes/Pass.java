package dev.maskforge.passes;

import dev.maskforge.graph.Graph;

/// A change of a graph that keeps what it computes.
public interface Pass {
    /// A verb and what it is done to, such as `fold constants`.
    String name();

    /// The changed graph; the given one where there is nothing to change.
    Graph apply(Graph graph);
}
