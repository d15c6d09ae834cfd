package dev.maskforge.engine;

import dev.maskforge.graph.Graph;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/// What an engine has that compiles ahead of time: it makes a plan of a graph, in bytes that only it understands, and opens
/// plans in the same or another process. What lies around a plan is others' business: metadata and checksums, caching, the
/// self-check, and the child process that compiles.
public interface PlanCompiler {
    /// What plans made here are made for. Asked only where the engine is available.
    ///
    /// @throws EngineException if the device does not answer
    PlanTarget target();

    /// Why a plan that was made for this does not run here; empty if it does. By default it must be the same in all;
    /// overridden where a plan runs with other drivers.
    default Optional<String> unfit(PlanTarget made) {
        return made.difference(target());
    }

    /// Makes a plan. Native code may take minutes here, and may fall: callers that must live do this in a process of its own.
    ///
    /// The graph is one as authored. The compiler brings it into its own form itself: it lowers what it lacks, rewrites, and
    /// sets the precision. The plan's engine has the graph's inputs and outputs, by name, type and order, for the sizes of
    /// the profile. Dimensions of the graph that the profile leaves free are symbols.
    ///
    /// @param options  of which it uses all or refuses
    /// @param progress is told the phases, and asked often whether to go on
    /// @param plan     the file to write; there is none, and after an exception what is there is nobody's
    /// @throws EngineException if it refuses the graph or an option, fails, or was cancelled
    Compiled compile(Graph graph, BuildOptions options, BuildProgress progress, Path plan);

    /// Options of another build that is to make the choices that one made which was free to, such as a form that was the fastest just
    /// then. Overridden where builds choose.
    ///
    /// @param options  of the build before
    /// @param compiled what became of it
    default BuildOptions alike(BuildOptions options, Compiled compiled) {
        return options;
    }

    /// Opens a plan whose checksum has been verified and whose target [fits][#unfit(PlanTarget)].
    ///
    /// @param plan    its bytes, in native memory that nobody changes, valid until this returns
    /// @param options of which the threads count
    /// @throws EngineException if it refuses the plan
    Engine open(MemorySegment plan, EngineOptions options);

    /// What became of a graph, to be told beside the plan.
    ///
    /// @param facts in words, by name: `lowering` says how high-level operations were expanded; others are the engine's own,
    ///              such as `layers`
    record Compiled(SequencedMap<String, String> facts) {
        public static final String LOWERING = "lowering";

        public Compiled {
            facts = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(facts));
        }

        /// With nothing more to tell than the lowering.
        public static Compiled of(String lowering) {
            SequencedMap<String, String> facts = new LinkedHashMap<>();
            facts.put(LOWERING, lowering);
            return new Compiled(facts);
        }
    }
}
