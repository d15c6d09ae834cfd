package dev.maskforge.passes.quantize;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;

/// What was measured of a float32 graph's values while it was shown pictures.
///
/// @param observations by the names of the values
public record Calibration(SortedMap<String, Observation> observations) {
    public Calibration {
        observations = Collections.unmodifiableSortedMap(new TreeMap<>(observations));
    }

    /// What was measured of a value.
    ///
    /// @param range         that is spread over the integers
    /// @param elements      the most that it had in one picture
    /// @param signalToNoise its power over that of what eight bits lose, in decibels: 10·log10(mean x² / mean error²)
    public record Observation(Range range, long elements, double signalToNoise) {}

    /// From the numbers that values took. Those that were not finite, or never there, are left out.
    public static Calibration of(Map<String, Histogram> histograms, RangeRule rule) {
        SortedMap<String, Observation> observations = new TreeMap<>();
        histograms.forEach((name, histogram) -> {
            if (histogram.isFinite() && histogram.minimum() <= histogram.maximum()) {
                Range range = rule.of(histogram);
                double signalToNoise = 10 * Math.log10(histogram.power() / Math.max(histogram.noise(range), Double.MIN_NORMAL));
                observations.put(name, new Observation(range, histogram.largestTensor(), signalToNoise));
            }
        });
        return new Calibration(observations);
    }

    Optional<Observation> find(String value) {
        return Optional.ofNullable(observations.get(value));
    }

    /// One line a value: minimum, maximum (exact, in hexadecimal), elements, decibels, name.
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        observations.forEach((name, observation) -> lines.add(Float.toHexString(observation.range().minimum()) + " "
                + Float.toHexString(observation.range().maximum()) + " " + observation.elements() + " " + observation.signalToNoise() + " "
                + name));
        return lines;
    }

    /// The inverse of [#lines()].
    ///
    /// @throws IllegalArgumentException if a line is none of those
    public static Calibration parse(List<String> lines) {
        SequencedMap<String, Observation> observations = new TreeMap<>();
        for (String line : lines) {
            String[] parts = line.split(" ", 5);
            if (parts.length != 5) {
                throw new IllegalArgumentException("a line of a calibration has five parts, unlike '" + line + "'");
            }
            Range range = new Range(Float.parseFloat(parts[0]), Float.parseFloat(parts[1]));
            observations.put(parts[4], new Observation(range, Long.parseLong(parts[2]), Double.parseDouble(parts[3])));
        }
        return new Calibration(new TreeMap<>(observations));
    }
}
