package dev.maskforge.passes.recognise;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.DeformableAttention;
import dev.maskforge.graph.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;

/// Whether the grids of a deformable attention are 2·(centre of the query's pixel + offset / size of the level) - 1, with the
/// offsets ordered by head, level, point and xy.
///
/// @param attention what it would be
/// @param levels    with their grids
/// @param batch     the number of pictures
record SamplingFormula(DeformableAttention attention, List<SampledLevel> levels, Dimension batch, Wiring wiring) {
    /// What float32 constants in the formula may be off, in the grid's units of half a map; a pixel of a map of 256 is 0.008.
    private static final double ROUNDING = 2e-6;
    private static final int QUERIES_EACH = 8;

    /// The value that the offsets are, if the formula is this one.
    Optional<String> offsets() {
        if (!batch.isConstant() || levels.stream().anyMatch(level -> !wiring.shape(level.grid()).isConstant())) {
            return Optional.empty();
        }
        Map<String, Boolean> fixed = new HashMap<>();
        Set<String> found = new HashSet<>();
        levels.forEach(level -> behind(level.grid(), fixed).ifPresent(found::add));
        if (found.size() != 1) {
            return Optional.empty();
        }
        String source = found.iterator().next();
        return isFormulaOf(source) ? Optional.of(source) : Optional.empty();
    }

    /// The nearest value behind a grid that is neither constant nor made of one value and constants by moving and arithmetic.
    private Optional<String> behind(String grid, Map<String, Boolean> fixed) {
        String value = grid;
        while (true) {
            Optional<Node> maker = wiring.maker(value);
            if (maker.isEmpty() || !isFormula(maker.get().operation())) {
                return Optional.of(value).filter(last -> !last.equals(grid));
            }
            List<String> free = maker.get().inputs().stream().filter(input -> !isFixed(input, fixed)).toList();
            if (free.isEmpty()) {
                return Optional.empty();
            }
            if (free.size() > 1 || hasAll(value) && isBias(maker.get())) {
                return Optional.of(value);
            }
            value = free.getFirst();
        }
    }

    /// A layer's bias may look like a part of the formula, but is one of the offsets'.
    private boolean isBias(Node node) {
        return node.operation().equals(new Operation.Binary(Operation.BinaryFunction.ADD))
                && node.inputs().stream().anyMatch(input -> wiring.constant(input).isPresent() && wiring.shape(input).rank() == 1);
    }

    private boolean hasAll(String value) {
        return wiring.shape(value).isConstant() && wiring.shape(value).elementCount() == count();
    }

    private long count() {
        return batch.size() * queries() * attention.heads() * levels.size() * attention.points() * 2L;
    }

    private long queries() {
        return attention.levels().stream().mapToLong(level -> level.tokens().size()).sum();
    }

    private static boolean isFormula(Operation operation) {
        return switch (operation) {
            case Operation.Reshape _,Operation.Transpose _,Operation.Cast _,Operation.Gather _,Operation.Slice _,Operation.Binary _,Operation.Concat _,Operation.Expand _ ->
                true;
            default -> false;
        };
    }

    /// Whether a value follows from constants alone.
    private boolean isFixed(String value, Map<String, Boolean> known) {
        Boolean answer = known.get(value);
        if (answer != null) {
            return answer;
        }
        List<String> open = new ArrayList<>(List.of(value));
        while (!open.isEmpty()) {
            String next = open.getLast();
            if (known.containsKey(next)) {
                open.removeLast();
                continue;
            }
            Optional<Node> maker = wiring.maker(next);
            if (maker.isEmpty()) {
                known.put(next, wiring.constant(next).isPresent());
                open.removeLast();
                continue;
            }
            List<String> inputs = maker.get().inputs().stream().filter(input -> !input.isEmpty()).toList();
            List<String> unknown = inputs.stream().filter(input -> !known.containsKey(input)).toList();
            if (unknown.isEmpty()) {
                known.put(next, inputs.stream().allMatch(input -> known.getOrDefault(input, false)));
                open.removeLast();
            } else {
                open.addAll(unknown);
            }
        }
        return known.getOrDefault(value, false);
    }

    private boolean isFormulaOf(String source) {
        Shape shape = wiring.shape(source);
        if (!shape.isConstant() || !hasAll(source) || shape.rank() < 3 || !shape.get(0).equals(batch) || shape.get(1).size() != queries()) {
            return false;
        }
        Elements elements = new Elements(wiring, source, SamplingFormula::offset);
        for (int level = 0; level < levels.size(); level++) {
            for (long query : someQueries()) {
                for (long picture : new TreeSet<>(List.of(0L, batch.size() - 1))) {
                    if (!holds(elements, level, picture, query)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /// Some number of pixels, another at each place.
    private static double offset(long place) {
        return Math.floorMod(place * 7919, 4001) / 1000.0 - 2;
    }

    private boolean holds(Elements elements, int level, long picture, long query) {
        int heads = attention.heads();
        int points = attention.points();
        double[] centre = centre(query);
        double[] size = {levels.get(level).width().size(), levels.get(level).height().size()};
        for (int head = 0; head < heads; head++) {
            for (int point = 0; point < points; point++) {
                for (int xy = 0; xy < 2; xy++) {
                    long offset = ((((picture * queries() + query) * heads + head) * levels.size() + level) * points + point) * 2 + xy;
                    double wanted = 2 * (centre[xy] + offset(offset) / size[xy]) - 1;
                    long place = (((picture * heads + head) * queries() + query) * points + point) * 2 + xy;
                    OptionalDouble given = elements.at(levels.get(level).grid(), place);
                    if (given.isEmpty() || !(Math.abs(given.getAsDouble() - wanted) <= ROUNDING)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /// x and y of a query's pixel in its own level, 0 and 1 being the edges.
    private double[] centre(long query) {
        long place = query;
        for (DeformableAttention.Level level : attention.levels()) {
            long tokens = level.tokens().size();
            if (place < tokens) {
                long width = level.width().size();
                long row = place / width;
                return new double[]{(place % width + 0.5) / width, (row + 0.5) / level.height().size()};
            }
            place -= tokens;
        }
        throw new IllegalArgumentException("there is no query " + query);
    }

    /// Of each level the first and the last, and some between.
    private Set<Long> someQueries() {
        Set<Long> queries = new TreeSet<>();
        long start = 0;
        for (DeformableAttention.Level level : attention.levels()) {
            long tokens = level.tokens().size();
            for (int i = 0; i <= QUERIES_EACH; i++) {
                queries.add(start + (tokens - 1) * i / QUERIES_EACH);
            }
            start += tokens;
        }
        return queries;
    }
}
