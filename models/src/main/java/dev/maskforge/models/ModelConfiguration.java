package dev.maskforge.models;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// What a configuration file says of a model beside what keys and shapes tell; each only if it says it.
///
/// @param network  what the network's builder must know
/// @param training what it was trained for
/// @param testing  how the official evaluation runs it
public record ModelConfiguration(Network network, Training training, Testing testing) {
    /// Nothing is known.
    public static ModelConfiguration none() {
        return new ModelConfiguration(new Network(OptionalInt.empty(), Optional.empty(), Optional.empty()),
                new Training(Optional.empty(), Optional.empty(), List.of()),
                new Testing(OptionalInt.empty(), OptionalInt.empty(), OptionalDouble.empty(), OptionalDouble.empty(), OptionalInt.empty(),
                        OptionalInt.empty(), Optional.empty()));
    }

    /// The same, where it says nothing of the network with what another says of it.
    public ModelConfiguration withNetworkOf(ModelConfiguration other) {
        Network theirs = other.network;
        return new ModelConfiguration(new Network(network.heads.isPresent() ? network.heads : theirs.heads,
                network.normalisesFirst.or(theirs::normalisesFirst), network.normalisation.or(theirs::normalisation)), training, testing);
    }

    /// The part that keys and shapes leave open.
    ///
    /// @param heads              attention heads of the transformers (`MODEL.MASK_FORMER.NHEADS`, `num_attention_heads`); 8 otherwise
    /// @param normalisesFirst    whether the transformer decoder normalises before attention (`PRE_NORM`); not otherwise
    /// @param normalisation      `MODEL.PIXEL_MEAN` and `PIXEL_STD`, on values from 0 to 255; ImageNet's otherwise
    public record Network(OptionalInt heads, Optional<Boolean> normalisesFirst, Optional<Normalisation> normalisation) {}

    /// What the model was trained for.
    ///
    /// @param task       what the outputs are meant for
    /// @param dataset    by the name that [Zoo] and the command line use, such as `cityscapes`
    /// @param classNames in the order of train ids; empty if unknown
    public record Training(Optional<Task> task, Optional<String> dataset, List<String> classNames) {
        public Training {
            classNames = List.copyOf(classNames);
        }
    }

    /// How the official evaluation runs it.
    ///
    /// @param shortestEdge        `INPUT.MIN_SIZE_TEST`, pixels
    /// @param longestEdge         `INPUT.MAX_SIZE_TEST`, pixels
    /// @param objectMaskThreshold `MODEL.MASK_FORMER.TEST.OBJECT_MASK_THRESHOLD`, 0 to 1
    /// @param overlapThreshold    `MODEL.MASK_FORMER.TEST.OVERLAP_THRESHOLD`, 0 to 1
    /// @param detectionsPerImage  `TEST.DETECTIONS_PER_IMAGE`
    /// @param sizeDivisibility    `MODEL.MASK_FORMER.SIZE_DIVISIBILITY`: edges are padded to multiples of this many pixels, 1 or more
    /// @param resizesMasksFirst   `MODEL.MASK_FORMER.TEST.SEM_SEG_POSTPROCESSING_BEFORE_INFERENCE`: whether masks get the size of the
    ///                            picture before classes are told from them
    public record Testing(OptionalInt shortestEdge, OptionalInt longestEdge, OptionalDouble objectMaskThreshold,
            OptionalDouble overlapThreshold, OptionalInt detectionsPerImage, OptionalInt sizeDivisibility,
            Optional<Boolean> resizesMasksFirst) {}
}
