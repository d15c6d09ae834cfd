package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.DoubleSupplier;
import java.util.function.Function;

/// Which form of deformable attention is the [fastest][FormRace] that is right, on this device at these sizes.
///
/// @param cache what was chosen before
/// @param open  builds and checks one form; an [EngineException] says that it is not to be had
record FormChooser(FormCache cache, Function<DeformableAttentionForm, Candidate> open) {
    /// A form that can be run.
    interface Candidate extends AutoCloseable {
        /// The largest error, relative to the largest value of the reference.
        double error();

        /// What the error may be.
        double tolerance();

        /// Runs it once.
        ///
        /// @return how many seconds that took on the device
        double seconds();

        @Override
        void close();

        /// NaN is never right.
        default boolean isRight() {
            return error() <= tolerance();
        }
    }

    /// The form that was chosen for the key, or that is found to be best now. All forms are open at once meanwhile.
    ///
    /// @param key all that the choice depends on: device, library, precision, sizes
    /// @throws EngineException if no form is right; the message says what each did
    DeformableAttentionForm choose(String key) {
        return cache.find(key).orElseGet(() -> {
            DeformableAttentionForm chosen = chooseNow();
            cache.keep(key, chosen);
            return chosen;
        });
    }

    private DeformableAttentionForm chooseNow() {
        List<String> refusals = new ArrayList<>();
        SequencedMap<DeformableAttentionForm, Candidate> right = new LinkedHashMap<>();
        try {
            for (DeformableAttentionForm form : DeformableAttentionForm.values()) {
                opened(form, refusals).ifPresent(candidate -> right.put(form, candidate));
            }
            if (right.isEmpty()) {
                throw new EngineException("no form of deformable attention of " + Arrays.toString(DeformableAttentionForm.values())
                        + " is right here: " + String.join("; ", refusals));
            }
            if (!refusals.isEmpty()) {
                System.getLogger(FormChooser.class.getName()).log(System.Logger.Level.DEBUG, String.join("; ", refusals));
            }
            SequencedMap<DeformableAttentionForm, DoubleSupplier> runs = new LinkedHashMap<>();
            right.forEach((form, candidate) -> runs.put(form, candidate::seconds));
            return FormRace.winner(runs);
        } finally {
            closeAll(right.sequencedValues().reversed().stream().toList());
        }
    }

    private Optional<Candidate> opened(DeformableAttentionForm form, List<String> refusals) {
        try {
            Candidate candidate = open.apply(form);
            if (candidate.isRight()) {
                return Optional.of(candidate);
            }
            refusals.add(form + " is wrong by " + candidate.error());
            candidate.close();
        } catch (EngineException | LinkageError e) {
            refusals.add(form + " is not to be had: " + e.getMessage());
        }
        return Optional.empty();
    }

    /// The last is closed even where those before it fail to.
    private static void closeAll(List<Candidate> candidates) {
        if (!candidates.isEmpty()) {
            try {
                candidates.getFirst().close();
            } finally {
                closeAll(candidates.subList(1, candidates.size()));
            }
        }
    }
}
