package dev.maskforge.engine;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Operation;
import java.nio.file.Path;
import java.util.Set;

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
}
