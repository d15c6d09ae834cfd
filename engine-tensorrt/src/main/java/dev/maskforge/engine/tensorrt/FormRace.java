package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;

/// Which form of deformable attention is the fastest, on a device that may be doing other things meanwhile.
///
/// What disturbs a run makes it longer, never shorter, so that a form's time is the least of its runs. They come in rounds, so
/// that a device that is busy, or whose clock is low, for a while is so for all: in each round every form runs five times in a
/// row, one form after the other, and another begins each time. A form's spread is by how much the third best of its rounds is
/// slower than its best: small where the least time was met again and again, large where it was luck.
///
/// - The fastest form wins; but the kernel wins where it takes up to 5 % more, since within a network it reads columns of
///   products where they lie, which a form alone does not show.
/// - That is certain if the same form wins though any one other be faster by its spread. Until it is, another twelve rounds
///   follow, up to 48 in all; then the least times decide.
/// - A form that fails on the way is out.
final class FormRace {
    private static final int RUNS = 5;
    private static final int ROUNDS = 12;
    private static final int MOST_ROUNDS = 4 * ROUNDS;
    private static final int SPREAD_TO = 3;
    private static final double KERNEL_MARGIN = 1.05;

    /// One form, and the least time of each of its rounds.
    private record Runner(DeformableAttentionForm form, DoubleSupplier run, List<Double> rounds) {
        void runInARow() {
            double least = Double.POSITIVE_INFINITY;
            for (int i = 0; i < RUNS; i++) {
                least = Math.min(least, run.getAsDouble());
            }
            rounds.add(least);
        }

        double least() {
            return Collections.min(rounds);
        }

        double spread() {
            return rounds.stream().sorted().toList().get(SPREAD_TO - 1) - least();
        }
    }

    private final List<Runner> runners;

    private FormRace(SequencedMap<DeformableAttentionForm, DoubleSupplier> runs) {
        this.runners = new ArrayList<>(
                runs.entrySet().stream().map(entry -> new Runner(entry.getKey(), entry.getValue(), new ArrayList<>())).toList());
    }

    /// Lets forms run, one of which there must be.
    ///
    /// @param runs each runs a form once and says how many seconds that took on the device
    /// @throws EngineException if all forms fail; that of the last
    static DeformableAttentionForm winner(SequencedMap<DeformableAttentionForm, DoubleSupplier> runs) {
        // Nothing to find out.
        return runs.size() == 1 ? runs.firstEntry().getKey() : new FormRace(runs).run();
    }

    private DeformableAttentionForm run() {
        List<Runner> order = new ArrayList<>(runners);
        for (int round = 1; round <= MOST_ROUNDS; round++) {
            runRound(order);
            Collections.rotate(order, 1);
            if (round % ROUNDS == 0 && isCertain()) {
                break;
            }
        }
        return winner(Runner::least);
    }

    private void runRound(List<Runner> order) {
        for (Runner runner : List.copyOf(order)) {
            try {
                runner.runInARow();
            } catch (EngineException e) {
                order.remove(runner);
                runners.remove(runner);
                if (runners.isEmpty()) {
                    throw e;
                }
                System.getLogger(FormRace.class.getName()).log(System.Logger.Level.INFO, runner.form() + " failed: " + e.getMessage());
            }
        }
    }

    private boolean isCertain() {
        DeformableAttentionForm winner = winner(Runner::least);
        return runners.stream().filter(runner -> runner.form() != winner)
                .allMatch(other -> winner(runner -> runner.least() - (runner.form() == other.form() ? runner.spread() : 0)) == winner);
    }

    private DeformableAttentionForm winner(ToDoubleFunction<Runner> seconds) {
        Runner fastest = Collections.min(runners, Comparator.comparingDouble(seconds));
        boolean kernelIsNear = runners.stream().filter(runner -> runner.form() == DeformableAttentionForm.KERNEL)
                .anyMatch(kernel -> seconds.applyAsDouble(kernel) <= seconds.applyAsDouble(fastest) * KERNEL_MARGIN);
        return kernelIsNear ? DeformableAttentionForm.KERNEL : fastest.form();
    }
}
