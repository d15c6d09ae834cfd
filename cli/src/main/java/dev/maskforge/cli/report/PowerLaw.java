package dev.maskforge.cli.report;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// `y = factor · x^exponent`, the straight line through points of two logarithmic axes that leaves the least squares of
/// differences in `log y`.
///
/// @param factor   `y` at 1
/// @param exponent 1 if `y` grows as `x` does
/// @param residual how far points lie from the line, as a share: the root of the mean square of `log(y / line)`, over as many
///                 as there are points more than two; empty if there are no more, for then the line runs through both
record PowerLaw(double factor, double exponent, OptionalDouble residual) {
    /// Both above 0.
    record Point(double x, double y) {}

    /// The line through points.
    ///
    /// @return empty if they are all at one `x`, or not all above 0 and finite
    static Optional<PowerLaw> through(List<Point> points) {
        double[] x = points.stream().mapToDouble(point -> Math.log(point.x())).toArray();
        double[] y = points.stream().mapToDouble(point -> Math.log(point.y())).toArray();
        double meanX = mean(x);
        double meanY = mean(y);
        double together = 0;
        double across = 0;
        for (int i = 0; i < x.length; i++) {
            together += (x[i] - meanX) * (y[i] - meanY);
            across += (x[i] - meanX) * (x[i] - meanX);
        }
        double exponent = together / across;
        double offset = meanY - exponent * meanX;
        if (points.stream().mapToDouble(Point::x).distinct().count() < 2 || !Double.isFinite(exponent)) {
            return Optional.empty();
        }
        double squares = 0;
        for (int i = 0; i < x.length; i++) {
            squares += Math.pow(y[i] - offset - exponent * x[i], 2);
        }
        return Optional.of(new PowerLaw(Math.exp(offset), exponent,
                x.length > 2 ? OptionalDouble.of(Math.sqrt(squares / (x.length - 2))) : OptionalDouble.empty()));
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    double at(double x) {
        return factor * Math.pow(x, exponent);
    }
}
