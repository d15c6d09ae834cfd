package dev.maskforge.graph.onnx;

import dev.maskforge.graph.TensorType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// What an ONNX file states of itself, without a look at what is computed between: enough to run it on an engine that reads
/// the file itself.
///
/// @param inputs   their types, in order
/// @param outputs  their types, in order
/// @param metadata free text by key
public record OnnxBorder(SequencedMap<String, TensorType> inputs, SequencedMap<String, TensorType> outputs,
        SequencedMap<String, String> metadata) {
    public OnnxBorder {
        inputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(inputs));
        outputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(outputs));
        metadata = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(metadata));
    }
}
