package dev.maskforge.engine;

import java.util.List;

/// How long one layer of a run took, by the clock of what computes. Layers are the engine's: it fuses nodes of the graph.
///
/// @param layer       the engine's name of it
/// @param nodes       names of the nodes that it computes, as far as the engine tells
/// @param nanoseconds it took
public record LayerTime(String layer, List<String> nodes, long nanoseconds) {
    public LayerTime {
        nodes = List.copyOf(nodes);
        if (nanoseconds < 0) {
            throw new IllegalArgumentException("layer '" + layer + "' cannot take " + nanoseconds + " ns");
        }
    }
}
