package dev.maskforge.cli.report;

import dev.maskforge.engine.Device;
import dev.maskforge.measure.Latencies;
import dev.maskforge.measure.Machine;
import dev.maskforge.measure.Measurements;
import dev.maskforge.measure.Ratio;
import dev.maskforge.measure.Result;
import dev.maskforge.measure.Series;
import dev.maskforge.measure.Span;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A result of a file of measurements.
///
/// @param file    that it stands in
/// @param tool    that measured
/// @param machine where
/// @param result  what was measured
/// @param series  its runs
record Measured(String file, String tool, Machine machine, Result result, Series series) {
    private static final String FLOAT32 = "fp32";
    /// A plain export (`tools/baseline`) or a plan (`tools/gpu`) of a checkpoint.
    private static final Pattern MADE_OF = Pattern.compile("(.+)-(?:plain|fp32|tf32|fp16|int8)-\\d+x\\d+(?:-batch\\d+)?");
    /// Names of files that say nothing; the folder's does.
    private static final Pattern ANYTHING = Pattern.compile("checkpoint|model|pytorch_model|model_final|weights");

    static List<Measured> of(String file, Measurements measurements) {
        return measurements.results().stream()
                .map(result -> new Measured(file, measurements.tool(), measurements.machine(), result, result.series())).toList();
    }

    Latencies of(Span span) {
        return series.of(span);
    }

    /// Such as `512x1024`.
    String size() {
        return result.setup().size();
    }

    long pixels() {
        return (long) result.setup().height() * result.setup().width();
    }

    /// What the model's file is called, so that one network is known again in files of several tools: the same for a
    /// checkpoint, its plain exports and its plans.
    String network() {
        String[] parts = result.setup().model().replace('\\', '/').replaceAll("/+$", "").split("/", -1);
        String name = withoutEnding(parts[parts.length - 1]);
        Matcher made = MADE_OF.matcher(name);
        String base = made.matches() ? made.group(1) : name;
        return ANYTHING.matcher(base).matches() && parts.length > 1 ? parts[parts.length - 2] : base;
    }

    private static String withoutEnding(String name) {
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    /// What its row is called: the network and what it ran in, as its file has it, and another precision than float32, which is
    /// to be named wherever there are times.
    String label() {
        String name = result.subject().contains(network()) ? result.subject() : network() + ": " + result.subject();
        String precision = result.setup().precision();
        String precise = precision.equals(FLOAT32) || name.contains(precision) ? name : name + ", " + precision;
        String batch = "batch" + result.setup().batch();
        return result.setup().batch() == 1 || name.contains(batch) ? precise : precise + ", " + batch;
    }

    /// What results are compared within: one network, as many pictures a run.
    String comparedWithin() {
        return network() + " " + result.setup().batch();
    }

    /// Whether it computes in float32, with TF32 off.
    boolean isFloat32() {
        return result.setup().precision().equals(FLOAT32);
    }

    /// Whether what runs is a framework with the network as it was trained, not an engine made of it.
    boolean isWithoutEngine() {
        return result.setup().engine().startsWith("pytorch");
    }

    /// Images a second, one run after the other.
    double imagesPerSecond(Span span) {
        return result.setup().batch() * 1e9 / of(span).mean();
    }

    /// The mean time of an image, in nanoseconds.
    double imageNanoseconds(Span span) {
        return of(span).mean() / result.setup().batch();
    }

    /// Whether the other ran on the same device of the same machine, as far as their files say.
    boolean isOnDeviceOf(Measured other) {
        return machine.processor().equals(other.machine.processor()) && machine.processors() == other.machine.processors()
                && result.setup().device().name().equals(other.result.setup().device().name());
    }

    /// Whether the other had as much of the device: on a processor as many threads, on a GPU all of it.
    boolean hasThreadsOf(Measured other) {
        return result.setup().device().kind() == Device.Kind.GPU || result.setup().threads() == other.result.setup().threads();
    }

    /// How many times as fast as the other this is; empty if that makes no sense: on other devices, with other batches or numbers
    /// of threads.
    Optional<Ratio> speedupOver(Measured other, Span span) {
        boolean isComparable = isOnDeviceOf(other) && hasThreadsOf(other) && result.setup().batch() == other.result.setup().batch();
        return isComparable ? Optional.of(Ratio.of(other.series, series, span)) : Optional.empty();
    }
}
