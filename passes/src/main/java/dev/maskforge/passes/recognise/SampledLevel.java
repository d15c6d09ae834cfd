package dev.maskforge.passes.recognise;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.GridSample;
import dev.maskforge.graph.Shape;
import java.util.List;
import java.util.Optional;

/// One level of a deformable attention that samples by GridSample: a slice of the tokens as a map, for each head.
///
/// @param tokens the value that all levels are slices of
/// @param start  the first of this level's tokens
/// @param end    behind the last
/// @param height of the map
/// @param width  of the map
/// @param grid   where it is sampled, `[N·heads, S, points, 2]`
/// @param output the samples, `[N·heads, d, S, points]`
record SampledLevel(String tokens, Dimension start, Dimension end, Dimension height, Dimension width, String grid, String output) {
    /// The level whose samples these are, if the map is laid out as it must be for so many heads.
    static Optional<SampledLevel> of(String samples, Wiring wiring) {
        Optional<Node> sample = wiring.maker(samples, GridSample.class);
        if (sample.isEmpty()) {
            return Optional.empty();
        }
        String map = sample.get().inputs().get(0);
        Trace trace = Trace.of(map, wiring);
        Shape shape = wiring.shape(map);
        Optional<Node> slice = wiring.maker(trace.source(), Operation.Slice.class);
        if (slice.isEmpty() || !(slice.get().operation() instanceof Operation.Slice(int axis, Dimension start, Dimension end))
                || wiring.shape(trace.source()).axis(axis) != 1 || !isMapOfEachHead(trace.arrangement())) {
            return Optional.empty();
        }
        return Optional.of(new SampledLevel(slice.get().inputs().getFirst(), start, end, shape.get(2), shape.get(3),
                sample.get().inputs().get(1), samples));
    }

    /// `[N, H·W, heads, d]` or `[N, H·W, heads·d]` -> `[N·heads, d, H, W]`
    private static boolean isMapOfEachHead(Arrangement arrangement) {
        List<List<Arrangement.Atom>> source = arrangement.source();
        if (source.size() < 3 || arrangement.axes().size() != 4) {
            return false;
        }
        List<Arrangement.Atom> channels = Arrangement.flat(source.subList(2, source.size()));
        List<Arrangement.Atom> inner = arrangement.axis(1);
        int heads = channels.size() - inner.size();
        return heads >= 0 && channels.subList(heads, channels.size()).equals(inner)
                && arrangement.axis(0).equals(Arrangement.flat(List.of(source.get(0), channels.subList(0, heads))))
                && arrangement.axes(2, 4).equals(source.get(1));
    }

    Dimension size() {
        return height.times(width);
    }
}
