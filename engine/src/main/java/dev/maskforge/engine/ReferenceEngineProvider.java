package dev.maskforge.engine;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.onnx.OnnxException;
import dev.maskforge.graph.onnx.OnnxReader;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Set;

/// The plain-Java interpreter as an engine: slow, and the control that others are held against.
public final class ReferenceEngineProvider implements EngineProvider {
    @Override
    public String name() {
        return "reference";
    }

    @Override
    public Availability availability() {
        return new Availability.Available("built in", "plain Java, for checking, not for speed");
    }

    @Override
    public Set<Class<? extends Operation>> nativeOperations() {
        return Set.of(Operation.Linear.class, Operation.GroupNormalization.class, Operation.Attention.class,
                Operation.DeformableAttention.class, Operation.SemanticInference.class, Operation.SemanticLabels.class,
                Operation.Pixels.class, Operation.FusedConv.class, Operation.FeedForward.class, Operation.Subgraph.class);
    }

    @Override
    public boolean isControl() {
        return true;
    }

    @Override
    public Set<Precision> precisions() {
        return Set.of(Precision.FP32, Precision.INT8);
    }

    /// Makes an engine that runs on the caller's thread alone, whatever the options say.
    @Override
    public Engine build(Graph graph, EngineOptions options) {
        require(options.precision());
        return new ReferenceEngine(graph, () -> {
            // The graph's memory is its maker's.
        });
    }

    /// Opens an `.onnx` file of operations that the interpreter knows.
    @Override
    @SuppressWarnings("MustBeClosedChecker") // the engine closes it
    public Engine open(Path file, EngineOptions options) {
        require(options.precision());
        Arena arena = Arena.ofShared();
        try {
            return new ReferenceEngine(OnnxReader.read(file, arena), arena::close);
        } catch (OnnxException e) {
            arena.close();
            throw new EngineException(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }
}
