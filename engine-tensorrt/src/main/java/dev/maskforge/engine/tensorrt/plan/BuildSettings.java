package dev.maskforge.engine.tensorrt.plan;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;

/// How TensorRT builds a plan of a network whose types are settled.
///
/// @param level       how long to look for fast kernels, 0 to 5; 3 is TensorRT's own default
/// @param workspace   the most device memory in bytes that kernels may use beside their inputs and outputs, if limited
/// @param timingCache a file that remembers measured kernels from build to build
/// @param tf32        whether products of float32 may round their inputs to 10 bits of mantissa
/// @param named       whether the plan keeps the names of its layers for a profile
/// @param inputs      by name, for each input with free dimensions, the sizes along all of its axes
public record BuildSettings(int level, OptionalLong workspace, Optional<Path> timingCache, boolean tf32, boolean named,
        SequencedMap<String, ShapeRange> inputs) {
    public BuildSettings {
        if (level < 0 || level > 5) {
            throw new IllegalArgumentException("TensorRT's optimisation level goes from 0 to 5, not " + level);
        }
        inputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(inputs));
    }
}
