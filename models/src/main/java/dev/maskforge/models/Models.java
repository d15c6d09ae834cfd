package dev.maskforge.models;

import dev.maskforge.checkpoint.Weights;
import dev.maskforge.graph.TensorType;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/// Where a checkpoint becomes a model.
public final class Models {
    private Models() {
    }

    /// Recognises the model that a checkpoint holds, from the names and shapes of its tensors alone.
    ///
    /// @throws UnknownModelException if it is none that we know
    public static CheckpointModel recognise(Weights weights) {
        Weights renamed = weights.renamed(CheckpointNames::inModel);
        return new CheckpointModel(recognise(weights.source(), weights.types()), renamed);
    }

    /// The same from names and shapes without their data.
    ///
    /// @param description what to call the checkpoint in messages
    /// @param types       the types of its tensors, by the names in the file
    public static MaskClassifier recognise(String description, Map<String, TensorType> types) {
        SequencedMap<String, TensorType> renamed = new LinkedHashMap<>();
        Map<String, String> names = new HashMap<>();
        types.forEach((key, type) -> {
            String name = CheckpointNames.inModel(key);
            String other = names.put(name, key);
            if (other != null) {
                throw new UnknownModelException(description + " holds one tensor under two names, '" + other + "' and '" + key
                        + "'; remove the one that is not meant");
            }
            renamed.put(name, type);
        });
        return Recognition.recognise(description, renamed);
    }
}
