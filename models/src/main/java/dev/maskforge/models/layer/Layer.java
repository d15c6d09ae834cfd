package dev.maskforge.models.layer;

import dev.maskforge.graph.Value;

/// A part of a network with one input and one output: reads its weights from the scope, adds its nodes, returns the result.
@FunctionalInterface
public interface Layer {
    Value apply(Scope scope, Value input);
}
