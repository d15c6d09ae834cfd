package dev.maskforge.cli;

import dev.maskforge.evaluation.Ade20kDataset;
import dev.maskforge.evaluation.Ade20kScorer;
import dev.maskforge.evaluation.Scores;
import dev.maskforge.models.Task;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.LabelFile;
import dev.maskforge.vision.LabelMap;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// ADE20K: labels.
final class Ade20kEvaluation implements Evaluation {
    private final Ade20kDataset dataset;
    private final Ade20kScorer scorer = new Ade20kScorer();

    Ade20kEvaluation(Ade20kDataset dataset) {
        this.dataset = dataset;
    }

    @Override
    public List<Question> questions(ClassList classes) {
        Evaluation.requireClasses(classes.classes(), IntStream.rangeClosed(1, Ade20kDataset.CLASSES).boxed().collect(Collectors.toSet()),
                "ADE20K");
        dataset.requireImages();
        return dataset.pictures().stream().map(picture -> new Question(picture.name(), picture.image(), () -> {
            LabelMap truth = picture.readTruth();
            return prediction -> scorer.add(picture.name(), prediction.labels(), classes, truth);
        })).toList();
    }

    @Override
    public List<Result> results(Path folder) {
        List<Path> files = dataset.predictions(folder);
        return IntStream.range(0, files.size()).mapToObj(i -> {
            Ade20kDataset.Picture picture = dataset.pictures().get(i);
            return new Result(picture.name(), () -> scorer.add(picture.name(), LabelFile.read(files.get(i)), picture.readTruth()));
        }).toList();
    }

    @Override
    public SequencedMap<Task, Scores> scores() {
        return new LinkedHashMap<>(Map.of(Task.SEMANTIC, scorer.scores()));
    }
}
