package dev.maskforge.engine;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// How a plan is made.
///
/// @param precision         of the arithmetic
/// @param profile           the batches and sizes that it is made for
/// @param workspaceBytes    the most that the engine may use beside weights and values, 1 MiB or more
/// @param optimisationLevel how long the compiler may look for faster forms, 0 to [#HIGHEST_LEVEL]
/// @param threads           that the compiler may use, at least 1; the plan does not depend on them
/// @param settings          what only this engine knows, by name, such as a lowering; an engine refuses names that it does not
///                          know
public record BuildOptions(Precision precision, BuildProfile profile, long workspaceBytes, int optimisationLevel, int threads,
        SortedMap<String, String> settings) {
    public static final int HIGHEST_LEVEL = 5;
    /// Where compilers start that can look further: beyond it, builds take much longer for little.
    public static final int STANDARD_LEVEL = 3;
    public static final long STANDARD_WORKSPACE = 4L << 30;
    /// The setting that says how large values were on pictures, as text of [dev.maskforge.passes.precision.Ranges], for engines
    /// whose half precision leaves the largest in float32.
    public static final String RANGES = "ranges";
    private static final long SMALLEST_WORKSPACE = 1L << 20;

    public BuildOptions {
        if (workspaceBytes < SMALLEST_WORKSPACE) {
            throw new IllegalArgumentException("a workspace has at least 1 MiB, not " + workspaceBytes + " bytes");
        }
        if (optimisationLevel < 0 || optimisationLevel > HIGHEST_LEVEL) {
            throw new IllegalArgumentException("levels go from 0 to " + HIGHEST_LEVEL + ", not " + optimisationLevel);
        }
        if (threads < 1) {
            throw new IllegalArgumentException("a compiler runs on at least one thread, not " + threads);
        }
        settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
    }

    /// Float32, 4 GiB of workspace, the usual level, as many threads as there are physical cores.
    public static BuildOptions standard(BuildProfile profile) {
        return new BuildOptions(Precision.FP32, profile, STANDARD_WORKSPACE, STANDARD_LEVEL, EngineOptions.standard().threads(),
                new TreeMap<>());
    }

    public BuildOptions withPrecision(Precision other) {
        return new BuildOptions(other, profile, workspaceBytes, optimisationLevel, threads, settings);
    }

    public BuildOptions withWorkspaceBytes(long bytes) {
        return new BuildOptions(precision, profile, bytes, optimisationLevel, threads, settings);
    }

    public BuildOptions withOptimisationLevel(int level) {
        return new BuildOptions(precision, profile, workspaceBytes, level, threads, settings);
    }

    public BuildOptions withThreads(int count) {
        return new BuildOptions(precision, profile, workspaceBytes, optimisationLevel, count, settings);
    }

    /// The same with one more of the engine's own settings.
    public BuildOptions withSetting(String name, String value) {
        SortedMap<String, String> more = new TreeMap<>(settings);
        more.put(name, value);
        return new BuildOptions(precision, profile, workspaceBytes, optimisationLevel, threads, more);
    }
}
