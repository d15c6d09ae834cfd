package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.DeviceMemoryException;
import dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Which form of deformable attention is the [fastest][FormRace] that is right, on this device at these sizes.
///
/// @param cache what was chosen before
/// @param open  builds and checks one form; an [EngineException] says that it is not to be had
/// @param says  is told, in a line, of a choice that holds for this time only
record FormChooser(FormCache cache, Function<DeformableAttentionForm, Candidate> open, Consumer<String> says) {
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

    /// The form that was chosen for the key, or that is found to be best now. All forms are open at once meanwhile. A choice is
    /// kept, unless a form failed for want of memory, which another time it may find. A form that could be built all the same,
    /// of whatever TensorRT had the memory to try, is taken for what it is: that there was more to try is not known here.
    ///
    /// @param key all that the choice depends on: device, library, precision, sizes
    /// @throws DeviceMemoryException if every form fails for want of memory
    /// @throws EngineException       if no form is right for whatever else; the message says what each did
    DeformableAttentionForm choose(String key) {
        return cache.find(key).orElseGet(() -> {
            SequencedMap<DeformableAttentionForm, DeviceMemoryException> withoutMemory = new LinkedHashMap<>();
            DeformableAttentionForm chosen = chooseNow(withoutMemory);
            if (withoutMemory.isEmpty()) {
                cache.keep(key, chosen);
            } else {
                says.accept("taking form " + chosen + " of deformable attention for this once: the GPU has too little free memory for "
                        + withoutMemory.keySet().stream().map(DeformableAttentionForm::toString).collect(Collectors.joining(", ")));
            }
            return chosen;
        });
    }

    /// @param withoutMemory gets the forms that fail for want of it
    private DeformableAttentionForm chooseNow(SequencedMap<DeformableAttentionForm, DeviceMemoryException> withoutMemory) {
        List<String> refusals = new ArrayList<>();
        SequencedMap<DeformableAttentionForm, Candidate> right = new LinkedHashMap<>();
        try {
            for (DeformableAttentionForm form : DeformableAttentionForm.values()) {
                opened(form, refusals, withoutMemory).ifPresent(candidate -> right.put(form, candidate));
            }
            if (right.isEmpty()) {
                throw noneIsRight(refusals, withoutMemory);
            }
            if (!refusals.isEmpty()) {
                System.getLogger(FormChooser.class.getName()).log(System.Logger.Level.DEBUG, String.join("; ", refusals));
            }
            SequencedMap<DeformableAttentionForm, DoubleSupplier> runs = new LinkedHashMap<>();
            right.forEach((form, candidate) -> runs.put(form, () -> seconds(form, candidate, withoutMemory)));
            return FormRace.winner(runs);
        } finally {
            closeAll(right.sequencedValues().reversed().stream().toList());
        }
    }

    private static EngineException noneIsRight(List<String> refusals,
            SequencedMap<DeformableAttentionForm, DeviceMemoryException> withoutMemory) {
        String none = "no form of deformable attention of " + Arrays.toString(DeformableAttentionForm.values());
        if (withoutMemory.size() < DeformableAttentionForm.values().length) {
            return new EngineException(none + " is right here: " + String.join("; ", refusals));
        }
        return new DeviceMemoryException(none + " finds the memory that it needs: " + withoutMemory.entrySet().stream()
                .map(entry -> entry.getKey() + ": " + entry.getValue().failure()).collect(Collectors.joining("; ")));
    }

    private static double seconds(DeformableAttentionForm form, Candidate candidate,
            SequencedMap<DeformableAttentionForm, DeviceMemoryException> withoutMemory) {
        try {
            return candidate.seconds();
        } catch (DeviceMemoryException e) {
            withoutMemory.put(form, e);
            throw e;
        }
    }

    private Optional<Candidate> opened(DeformableAttentionForm form, List<String> refusals,
            SequencedMap<DeformableAttentionForm, DeviceMemoryException> withoutMemory) {
        try {
            Candidate candidate = open.apply(form);
            if (candidate.isRight()) {
                return Optional.of(candidate);
            }
            refusals.add(form + " is wrong by " + candidate.error());
            candidate.close();
        } catch (EngineException | LinkageError e) {
            refusals.add(form + " is not to be had: " + e.getMessage());
            if (e instanceof DeviceMemoryException ofMemory) {
                withoutMemory.put(form, ofMemory);
            }
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
