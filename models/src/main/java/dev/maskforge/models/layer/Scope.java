package dev.maskforge.models.layer;

import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Value;
import java.util.function.Function;

/// A place in the tree of a checkpoint's names, such as `backbone.res2.0`.
///
/// Entering a place by name is what ties a model to its checkpoint: the same string is the weight's key, the
/// initializer's name and the prefix of the nodes added there.
public final class Scope {
    private final String prefix;
    private final GraphBuilder builder;
    private final Parameters parameters;

    private Scope(String prefix, GraphBuilder builder, Parameters parameters) {
        this.prefix = prefix;
        this.builder = builder;
        this.parameters = parameters;
    }

    /// The root of the tree.
    public static Scope root(GraphBuilder builder, Parameters parameters) {
        return new Scope("", builder, parameters);
    }

    public GraphBuilder builder() {
        return builder;
    }

    /// The weight of this name here, which must have this shape. It comes as float32, whatever the file stores.
    public Value weight(String name, long... shape) {
        String key = join(name);
        return builder.initializer(key, parameters.take(key, Shape.of(shape)));
    }

    /// Applies a layer in the place of this name below.
    public Value call(String name, Layer layer, Value input) {
        return in(name, scope -> layer.apply(scope, input));
    }

    /// Applies a layer in the place `name.index` below.
    public Value call(String name, int index, Layer layer, Value input) {
        return call(name + "." + index, layer, input);
    }

    /// Adds nodes in the place of this name below.
    public <T> T in(String name, Function<Scope, T> nodes) {
        Scope inner = new Scope(join(name), builder, parameters);
        return builder.within(inner.prefix, () -> nodes.apply(inner));
    }

    private String join(String name) {
        return prefix.isEmpty() ? name : prefix + "." + name;
    }
}
