package dev.maskforge.cli.report;

import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/// A logarithmic axis whose ends are 1, 2 or 5 times a power of ten.
record LogAxis(double from, double to) {
    private static final int MOST_MARKS = 7;

    static LogAxis over(DoubleStream values) {
        double[] all = values.toArray();
        double least = DoubleStream.of(all).min().orElse(1);
        double most = DoubleStream.of(all).max().orElse(1);
        double from = steps(least / 10, least).reduce((_, last) -> last).orElse(least);
        double to = steps(most, most * 10).findFirst().orElse(most);
        return new LogAxis(from, to > from ? to : from * 10);
    }

    /// From the first to the last that lies between, or at an end.
    private static Stream<Double> steps(double from, double to) {
        double first = Math.pow(10, Math.floor(Math.log10(from)));
        return Stream.iterate(first, step -> step <= to * 10, step -> step * 10)
                .flatMap(step -> Stream.of(step, 2 * step, 5 * step))
                .filter(step -> step >= from * (1 - 1e-9) && step <= to * (1 + 1e-9));
    }

    double place(double value) {
        return Math.log(value / from) / Math.log(to / from);
    }

    List<Double> marks() {
        List<Double> marks = steps(from, to).toList();
        return marks.size() <= MOST_MARKS ? marks
                : marks.stream().filter(mark -> Math.abs(Math.log10(mark) - Math.rint(Math.log10(mark))) < 1e-6).toList();
    }
}
