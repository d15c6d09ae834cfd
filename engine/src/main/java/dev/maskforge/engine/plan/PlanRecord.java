package dev.maskforge.engine.plan;

import dev.maskforge.engine.BuildOptions;
import dev.maskforge.engine.PlanTarget;
import dev.maskforge.graph.TensorType;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Pattern;

/// What lies beside a plan as `X.plan.json`: all that is known of it.
///
/// @param version  of this format
/// @param tool     what made it, such as `maskforge 0.1.0`
/// @param made     when, in UTC, such as `2026-11-26T08:15:00Z`
/// @param engine   the name of its engine
/// @param target   libraries, driver and device
/// @param graph    SHA-256 of the graph as authored, with its weights
/// @param options  how it was made
/// @param inputs   types by name, such as `float32[n, 3, 512, 1024]`, in order
/// @param outputs  types by name, in order
/// @param facts    what the compiler said of it, such as the lowering
/// @param metadata what `.onnx` files of ours say of themselves, by the same keys: source and its checksum, architecture,
///                 task, dataset, classes, preprocessing
/// @param check    the self-check's figures
/// @param bytes    the plan's length
/// @param sha256   the plan's, in 64 lower-case digits
public record PlanRecord(int version, String tool, String made, String engine, PlanTarget target, String graph, BuildOptions options,
        SequencedMap<String, String> inputs, SequencedMap<String, String> outputs, SequencedMap<String, String> facts,
        SequencedMap<String, String> metadata, CheckFigures check, long bytes,
        String sha256) {
    public static final int VERSION = 1;
    /// The largest that is read: a plan lies in memory as a whole.
    public static final long LARGEST_PLAN = 16L << 30;
    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");
    private static final int MOST_FACTS = 1000;

    /// @throws IllegalArgumentException if it says what cannot be
    public PlanRecord {
        inputs = copy("inputs", inputs);
        outputs = copy("outputs", outputs);
        facts = copy("facts", facts);
        metadata = copy("metadata", metadata);
        if (version != VERSION) {
            throw new IllegalArgumentException("its version is " + version + ", and " + VERSION + " is read");
        }
        PortTypes.parse(inputs);
        PortTypes.parse(outputs);
        requireHash("graph", graph);
        requireHash("sha256", sha256);
        if (bytes < 1 || bytes > LARGEST_PLAN) {
            throw new IllegalArgumentException("bytes is " + bytes + ", and a plan has 1 to " + LARGEST_PLAN);
        }
        try {
            Instant.parse(made);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("made is '" + made + "', which is no time such as 2026-11-26T08:15:00Z", e);
        }
    }

    private static SequencedMap<String, String> copy(String what, Map<String, String> map) {
        if (map.size() > MOST_FACTS) {
            throw new IllegalArgumentException(what + " has " + map.size() + " entries, more than " + MOST_FACTS);
        }
        if (map.containsValue(null)) {
            throw new IllegalArgumentException(what + " has an entry without a text");
        }
        return Collections.unmodifiableSequencedMap(new LinkedHashMap<>(map));
    }

    private static void requireHash(String what, String hash) {
        if (!SHA_256.matcher(hash).matches()) {
            throw new IllegalArgumentException(what + " is no SHA-256 in 64 lower-case digits");
        }
    }

    public SequencedMap<String, TensorType> inputTypes() {
        return PortTypes.parse(inputs);
    }

    public SequencedMap<String, TensorType> outputTypes() {
        return PortTypes.parse(outputs);
    }
}
