package dev.maskforge.models;

import dev.maskforge.checkpoint.Weights;

/// Where a checkpoint becomes a model.
public final class Models {
    private Models() {
    }

    /// Recognises the model that a checkpoint holds, from the names and shapes of its tensors alone.
    ///
    /// Closing the model's weights closes these and frees what was joined of them.
    ///
    /// @throws UnknownModelException                         if it is none that we know
    /// @throws dev.maskforge.checkpoint.CheckpointException if tensors do not fit together that belong together
    public static CheckpointModel recognise(Weights weights) {
        return recognise(weights, ModelConfiguration.none());
    }

    /// The same with what a configuration says of the network, which goes before what names and shapes tell.
    ///
    /// @throws UnknownModelException                         if it is none that we know
    /// @throws dev.maskforge.checkpoint.CheckpointException if tensors do not fit together that belong together
    public static CheckpointModel recognise(Weights weights, ModelConfiguration configuration) {
        Weights named = weights.joined(CheckpointNames.inModel(weights.source(), weights.keys()));
        return new CheckpointModel(Recognition.recognise(weights.source(), named.types(), configuration.network()), named);
    }
}
