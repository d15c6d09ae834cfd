package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.lower.DeformableAttentionForm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Which form of deformable attention is the fastest that is right, on this device at these sizes.
///
/// @param cache   what was chosen before
/// @param measure builds, checks and times one form; an [EngineException] says that it is not to be had
record FormChooser(FormCache cache, Function<DeformableAttentionForm, Measured> measure) {
    /// How a form did.
    ///
    /// @param error     largest, relative to the largest value of the reference
    /// @param tolerance of that
    /// @param seconds   of a run, the median
    record Measured(double error, double tolerance, double seconds) {
        /// NaN is never right.
        boolean isRight() {
            return error <= tolerance;
        }
    }

    /// The form that was chosen for the key, or that is found to be best now.
    ///
    /// @param key all that the choice depends on: device, library, precision, sizes
    /// @throws EngineException if no form is right; the message says what each did
    DeformableAttentionForm choose(String key) {
        Optional<DeformableAttentionForm> known = cache.find(key);
        if (known.isPresent()) {
            return known.get();
        }
        List<String> refusals = new ArrayList<>();
        Optional<DeformableAttentionForm> best = Optional.empty();
        double bestSeconds = Double.POSITIVE_INFINITY;
        for (DeformableAttentionForm form : DeformableAttentionForm.values()) {
            try {
                Measured measured = measure.apply(form);
                if (!measured.isRight()) {
                    refusals.add(form + " is wrong by " + measured.error());
                } else if (measured.seconds() < bestSeconds) {
                    best = Optional.of(form);
                    bestSeconds = measured.seconds();
                }
            } catch (EngineException | LinkageError e) {
                refusals.add(form + " is not to be had: " + e.getMessage());
            }
        }
        if (!refusals.isEmpty()) {
            System.getLogger(FormChooser.class.getName()).log(System.Logger.Level.DEBUG, String.join("; ", refusals));
        }
        DeformableAttentionForm chosen = best.orElseThrow(() -> new EngineException("no form of deformable attention of "
                + Arrays.toString(DeformableAttentionForm.values()) + " is right here: " + String.join("; ", refusals)));
        cache.keep(key, chosen);
        return chosen;
    }
}
