package dev.maskforge.cli;

import dev.maskforge.Prediction;
import dev.maskforge.evaluation.CityscapesDataset;
import dev.maskforge.evaluation.CityscapesInstance;
import dev.maskforge.evaluation.CityscapesInstanceScorer;
import dev.maskforge.evaluation.CityscapesLabel;
import dev.maskforge.evaluation.CityscapesPredictions;
import dev.maskforge.evaluation.CityscapesSemanticScorer;
import dev.maskforge.evaluation.CityscapesTruth;
import dev.maskforge.evaluation.CocoPanopticFile;
import dev.maskforge.evaluation.PanopticMap;
import dev.maskforge.evaluation.PanopticScorer;
import dev.maskforge.evaluation.Scores;
import dev.maskforge.models.Task;
import dev.maskforge.vision.ClassList;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Cityscapes: labels, segments and objects.
final class CityscapesEvaluation implements Evaluation {
    private final CityscapesDataset dataset;
    private final Set<Task> metrics;
    private final CityscapesSemanticScorer semantic = new CityscapesSemanticScorer();
    private final PanopticScorer panoptic = PanopticScorer.ofCityscapes();
    private final CityscapesInstanceScorer instance = new CityscapesInstanceScorer();

    CityscapesEvaluation(CityscapesDataset dataset, Set<Task> metrics) {
        this.dataset = dataset;
        this.metrics = Set.copyOf(metrics);
    }

    @Override
    public List<Question> questions(ClassList classes) {
        Evaluation.requireClasses(classes.classes(),
                CityscapesLabel.all().stream().filter(label -> !label.isIgnored()).map(CityscapesLabel::id)
                        .collect(Collectors.toSet()),
                "Cityscapes");
        dataset.requireImages();
        return dataset.pictures().stream().map(picture -> new Question(picture.name(), picture.image(), () -> {
            CityscapesTruth truth = picture.readTruth();
            return prediction -> score(picture.name(), prediction, classes, truth);
        })).toList();
    }

    private void score(String picture, Prediction prediction, ClassList classes, CityscapesTruth truth) {
        if (metrics.contains(Task.SEMANTIC)) {
            semantic.add(picture, prediction.labels(), classes, truth);
        }
        if (metrics.contains(Task.PANOPTIC)) {
            panoptic.add(picture, PanopticMap.of(prediction.panoptic(), classes), truth.panoptic());
        }
        if (metrics.contains(Task.INSTANCE)) {
            instance.add(picture, CityscapesInstance.of(prediction.instances(), classes), truth);
        }
    }

    @Override
    public List<Result> results(Path folder) {
        CityscapesPredictions predictions = CityscapesPredictions.open(folder);
        Map<Task, BiConsumer<Integer, CityscapesTruth>> scorings = new EnumMap<>(Task.class);
        if (metrics.contains(Task.SEMANTIC)) {
            List<Path> files = predictions.labelFiles(dataset);
            scorings.put(Task.SEMANTIC, (i, truth) -> semantic.add(name(i), predictions.readLabels(files.get(i)), truth));
        }
        if (metrics.contains(Task.PANOPTIC)) {
            CocoPanopticFile file = predictions.panoptic(dataset);
            scorings.put(Task.PANOPTIC, (i, truth) -> panoptic.add(name(i), file.read(name(i)), truth.panoptic()));
        }
        if (metrics.contains(Task.INSTANCE)) {
            List<Path> files = predictions.instanceFiles(dataset);
            scorings.put(Task.INSTANCE, (i, truth) -> instance.add(name(i), predictions.readInstances(files.get(i)), truth));
        }
        return IntStream.range(0, dataset.pictures().size()).mapToObj(i -> new Result(name(i), () -> {
            CityscapesTruth truth = dataset.pictures().get(i).readTruth();
            scorings.values().forEach(scoring -> scoring.accept(i, truth));
        })).toList();
    }

    private String name(int picture) {
        return dataset.pictures().get(picture).name();
    }

    @Override
    public SequencedMap<Task, Scores> scores() {
        SequencedMap<Task, Scores> scores = new LinkedHashMap<>();
        if (metrics.contains(Task.SEMANTIC)) {
            scores.put(Task.SEMANTIC, semantic.scores());
        }
        if (metrics.contains(Task.PANOPTIC)) {
            scores.put(Task.PANOPTIC, panoptic.scores());
        }
        if (metrics.contains(Task.INSTANCE)) {
            scores.put(Task.INSTANCE, instance.scores());
        }
        return scores;
    }
}
