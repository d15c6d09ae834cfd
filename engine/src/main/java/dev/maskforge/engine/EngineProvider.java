package dev.maskforge.engine;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Operation;
import dev.maskforge.passes.rewrite.Optimisation;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// A runtime that graphs can be built for. Found by [java.util.ServiceLoader]; chosen by [#name()].
///
/// To add one: implement this, [AbstractEngine] and [AbstractSession], name it in
/// `META-INF/services/dev.maskforge.engine.EngineProvider`, and extend `EngineContractTest`.
public interface EngineProvider {
    /// The name on the command line, such as `onnxruntime`.
    String name();

    /// Whether the runtime is here. Never throws: a library that is missing is an answer.
    Availability availability();

    /// What it computes on, if it is here.
    default Device device() {
        return Device.processor();
    }

    /// The high-level operations that the runtime has of its own; all others must have been lowered
    /// ([dev.maskforge.passes.Lowering]).
    Set<Class<? extends Operation>> nativeOperations();

    /// The rewrites that graphs gain by before they are lowered for the runtime.
    default Optimisation optimisation() {
        return Optimisation.fewerOperations();
    }

    /// The runtime with nothing of ours in its stead: what kernels of ours are judged by, and what a machine's rates are measured
    /// with. Itself where there are no such kernels, or it is nothing without them.
    default EngineProvider withoutOwnKernels() {
        return this;
    }

    /// Whether the engine is what others are held against: unless asked otherwise, it runs graphs as they are authored.
    default boolean isControl() {
        return false;
    }

    /// The arithmetics that engines can be built with; building with another is an [EngineException].
    default Set<Precision> precisions() {
        return Set.of(Precision.FP32);
    }

    /// Checks that the engine has an arithmetic.
    ///
    /// @throws EngineException if not; the message names those that it has
    default void require(Precision precision) {
        if (!precisions().contains(precision)) {
            throw new EngineException("engine '" + name() + "' does not compute in " + precision + ", but in "
                    + precisions().stream().sorted().map(Precision::toString).collect(Collectors.joining(" and ")));
        }
    }

    /// Makes an engine of a lowered graph. The memory of the graph's constants must outlive the engine: runtimes read it
    /// where it lies.
    ///
    /// @throws EngineException if the runtime is missing or refuses the graph
    Engine build(Graph graph, EngineOptions options);

    /// Makes an engine of a file that the runtime reads by itself: `.onnx` for ONNX Runtime.
    ///
    /// @throws EngineException if the runtime is missing, reads no files, or refuses this one
    default Engine open(Path file, EngineOptions options) {
        throw new EngineException("engine '" + name() + "' opens no files such as " + file + "; use onnxruntime for .onnx files");
    }

    /// Whether it is this engine that decides in what arithmetic a [file][#open(Path, EngineOptions)] runs, as it is asked to; a
    /// runtime that follows the file computes in what that says.
    default boolean decidesPrecisionOfFiles() {
        return false;
    }

    /// How it compiles plans ahead of time, if it does that. The engine that [#build(Graph, EngineOptions)] makes is then
    /// compiled too, in this process.
    default Optional<PlanCompiler> planCompiler() {
        return Optional.empty();
    }
}
