package dev.maskforge.engine.tensorrt.plan;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.Set;

/// How TensorRT builds a plan of a network.
///
/// @param typing      who settles in what values are held
/// @param level       how long to look for fast kernels, 0 to 5; 3 is TensorRT's own default
/// @param workspace   the most device memory in bytes that kernels may use beside their inputs and outputs, if limited
/// @param timingCache a file that remembers measured kernels from build to build
/// @param tf32        whether products of float32 may round their inputs to 10 bits of mantissa
/// @param named       whether the plan keeps the names of its layers for a profile
/// @param inputs      by name, for each input with free dimensions, the sizes along all of its axes
/// @param channelsLast inputs and outputs `[N, C, H, W]` that lie in memory as `[N, H, W, C]`; names of no port mean nothing
public record BuildSettings(Typing typing, int level, OptionalLong workspace, Optional<Path> timingCache, boolean tf32, boolean named,
        SequencedMap<String, ShapeRange> inputs, Set<String> channelsLast) {
    /// In what values are held.
    public enum Typing {
        /// In what the network says: our passes have settled it.
        NETWORK,
        /// In float32, whatever the builder finds fastest within it; the network's other types are hints.
        BUILDER,
        /// In float32 or float16, whichever the builder finds faster, layer by layer.
        BUILDER_WITH_HALF
    }

    public BuildSettings {
        if (level < 0 || level > 5) {
            throw new IllegalArgumentException("TensorRT's optimisation level goes from 0 to 5, not " + level);
        }
        inputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(inputs));
        channelsLast = Set.copyOf(channelsLast);
    }

    /// All inputs and outputs lie as their types say.
    public BuildSettings(Typing typing, int level, OptionalLong workspace, Optional<Path> timingCache, boolean tf32, boolean named,
            SequencedMap<String, ShapeRange> inputs) {
        this(typing, level, workspace, timingCache, tf32, named, inputs, Set.of());
    }
}
