package dev.maskforge.cli;

import dev.maskforge.Prediction;
import dev.maskforge.Segmenter;
import dev.maskforge.measure.Latencies;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.RgbImage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// How long several models take for a picture. They take turns, so that whatever else goes on meets all of them, and each
/// run has another picture than the one before.
///
/// @param warmUps   runs of each model that are not counted
/// @param runs      of each model, at most
/// @param leastRuns of each model, however long they take
record LatencyTrial(int warmUps, int runs, int leastRuns) {
    /// Models that have segmented other pictures before need few.
    private static final int WARM_UPS = 3;
    private static final int LEAST_RUNS = 10;

    static LatencyTrial of(int runs) {
        return new LatencyTrial(Math.min(WARM_UPS, runs), runs, Math.min(LEAST_RUNS, runs));
    }

    /// What was measured of a model.
    ///
    /// @param imageToLabels from the picture's samples in memory to the label map in memory
    /// @param engine        the network's part of that: from the image tensor to class and mask logits
    record Times(Latencies imageToLabels, Latencies engine) {}

    /// Measures.
    ///
    /// @param pictures of one size, one or more
    /// @param budget   after which no more than the least number of runs is made
    /// @return the times of each model, in their order
    List<Times> measure(List<Segmenter> models, List<RgbImage> pictures, Duration budget, Progress progress) {
        List<List<Segmenter.Stages>> stages = models.stream().map(_ -> (List<Segmenter.Stages>) new ArrayList<Segmenter.Stages>()).toList();
        long start = System.nanoTime();
        for (int i = 0; i < warmUps; i++) {
            progress.working("measuring, warm-up " + (i + 1) + " of " + warmUps);
            for (Segmenter model : models) {
                run(model, pictures.get(i % pictures.size()));
            }
        }
        for (int i = 0; i < runs && (i < leastRuns || System.nanoTime() - start < budget.toNanos()); i++) {
            progress.working("measuring, run " + (i + 1) + " of " + runs);
            for (int model = 0; model < models.size(); model++) {
                stages.get(model).add(run(models.get(model), pictures.get(i % pictures.size())));
            }
        }
        return stages.stream().map(ofModel -> new Times(Latencies.of(ofModel.stream().map(Segmenter.Stages::total).toList()),
                Latencies.of(ofModel.stream().map(Segmenter.Stages::compute).toList()))).toList();
    }

    private static Segmenter.Stages run(Segmenter model, RgbImage picture) {
        Segmenter.Timed<LabelMap> timed = model.timed(picture, Prediction::labels);
        return timed.stages();
    }
}
