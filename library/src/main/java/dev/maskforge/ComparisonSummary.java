package dev.maskforge;

import dev.maskforge.engine.Agreement;
import dev.maskforge.engine.OutputError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// What came of several pictures together.
///
/// @param agreement  over all pixels of all pictures
/// @param hasMargins whether the reference said how sure it is; if not, all pixels count as clear
/// @param unlabelled pixels to which the reference gives no class
/// @param errors     of each output that both networks give, the one that is relatively the largest of all pictures
public record ComparisonSummary(Agreement agreement, boolean hasMargins, long unlabelled, List<OutputError> errors) {
    /// Of no picture.
    public static final ComparisonSummary NONE = new ComparisonSummary(Agreement.NONE, true, 0, List.of());

    public ComparisonSummary {
        errors = List.copyOf(errors);
    }

    /// With one picture more.
    public ComparisonSummary plus(Comparison.Result result) {
        SequencedMap<String, OutputError> worst = new LinkedHashMap<>();
        errors.forEach(error -> worst.put(error.output(), error));
        result.errors().forEach(error -> worst.merge(error.output(), error, OutputError::worse));
        return new ComparisonSummary(agreement.plus(result.agreement()), hasMargins && result.margins().isPresent(),
                unlabelled + result.unlabelled(), List.copyOf(worst.values()));
    }
}
