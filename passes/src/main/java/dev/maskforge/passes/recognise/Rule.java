package dev.maskforge.passes.recognise;

import dev.maskforge.graph.Node;

/// A form that a piece of a graph may have, and what it is. Rules have no state.
interface Rule {
    /// A verb and what it is done to, such as `recognise layer normalisation`.
    String name();

    /// Looks for the form, of which this node would be the last.
    Finding find(Node last, Wiring wiring);
}
