package dev.maskforge.engine.onnxruntime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.TensorType;
import dev.maskforge.kernels.Kernels;
import java.util.Collections;
import java.util.Optional;
import java.util.SequencedMap;

/// One thing that an engine runs, for all of its sessions.
sealed interface EngineStep extends AutoCloseable {
    /// Values that it takes, with their types.
    SequencedMap<String, TensorType> inputs();

    /// Values that it gives.
    SequencedMap<String, TensorType> outputs();

    /// The value it takes whose memory it may give its only output in, of the same type.
    Optional<String> overwritable();

    @Override
    void close() throws OrtException;

    /// What ONNX Runtime runs.
    record Segment(OrtSession session, SequencedMap<String, TensorType> inputs, SequencedMap<String, TensorType> outputs)
            implements
                EngineStep {
        @Override
        public Optional<String> overwritable() {
            return Optional.empty();
        }

        @Override
        public void close() throws OrtException {
            session.close();
        }
    }

    /// What runs in Java; constants among its inputs are the engine's.
    record OwnKernel(Node node, Kernels.Prepared prepared, SequencedMap<String, TensorType> inputs,
            SequencedMap<String, TensorType> outputs)
            implements
                EngineStep {
        @Override
        public Optional<String> overwritable() {
            return Kernels.overwritable(node.operation()).filter(input -> input < node.inputs().size()).map(node.inputs()::get)
                    .filter(name -> Collections.frequency(node.inputs(), name) == 1);
        }

        @Override
        public void close() {
            // It holds nothing.
        }
    }
}
