package dev.maskforge.scenes;

import java.util.ArrayList;
import java.util.List;

/// A line through points, straight between them and level beyond them.
///
/// @param at     where, ascending
/// @param values the value there
record Curve(List<Double> at, List<Double> values) {
    /// @param pairs where and the value there, in turn
    static Curve through(double... pairs) {
        List<Double> at = new ArrayList<>();
        List<Double> values = new ArrayList<>();
        for (int i = 0; i < pairs.length; i += 2) {
            at.add(pairs[i]);
            values.add(pairs[i + 1]);
        }
        return new Curve(List.copyOf(at), List.copyOf(values));
    }

    double value(double where) {
        int i = 1;
        while (i < at.size() - 1 && at.get(i) < where) {
            i++;
        }
        double before = at.get(i - 1);
        double share = Math.clamp((where - before) / (at.get(i) - before), 0.0, 1.0);
        return values.get(i - 1) + share * (values.get(i) - values.get(i - 1));
    }

    double first() {
        return at.getFirst();
    }

    double last() {
        return at.getLast();
    }
}
