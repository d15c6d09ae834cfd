package dev.maskforge.evaluation;

import java.util.SequencedMap;

/// The result of an evaluation, as numbers and as the document that the dataset's official script writes.
public sealed interface Scores
        permits CityscapesInstanceScores, CityscapesSemanticScores, CocoInstanceScores, PanopticScores, SemanticScores {
    /// What the official script calls its file.
    String officialName();

    /// What the official script writes, in JSON's terms: maps, lists, texts, numbers. A score that is not defined, as of a
    /// class that does not occur, is NaN, as there.
    SequencedMap<String, Object> document();
}
