package dev.maskforge.engine.tensorrt.plan;

import dev.maskforge.graph.Shape;
import java.util.HashMap;
import java.util.Map;

/// An input's constant shapes, at the ends of its symbols' ranges and where it is made fastest.
///
/// @param smallest all symbols at their smallest
/// @param usual    all symbols at their usual
/// @param largest  all symbols at their largest
public record ShapeRange(Shape smallest, Shape usual, Shape largest) {
    /// The shapes of an input with these ranges of its symbols.
    ///
    /// @throws IllegalArgumentException if a symbol has no range
    public static ShapeRange of(Shape shape, Map<String, SizeRange> ranges) {
        Map<String, Long> smallest = new HashMap<>();
        Map<String, Long> usual = new HashMap<>();
        Map<String, Long> largest = new HashMap<>();
        ranges.forEach((symbol, range) -> {
            smallest.put(symbol, range.smallest());
            usual.put(symbol, range.usual());
            largest.put(symbol, range.largest());
        });
        return new ShapeRange(shape.with(smallest), shape.with(usual), shape.with(largest));
    }
}
