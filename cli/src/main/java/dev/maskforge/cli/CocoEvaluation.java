package dev.maskforge.cli;

import dev.maskforge.Prediction;
import dev.maskforge.evaluation.CocoDataset;
import dev.maskforge.evaluation.CocoInstanceDataset;
import dev.maskforge.evaluation.CocoInstanceResults;
import dev.maskforge.evaluation.CocoInstanceScorer;
import dev.maskforge.evaluation.CocoPanopticFile;
import dev.maskforge.evaluation.PanopticMap;
import dev.maskforge.evaluation.PanopticScorer;
import dev.maskforge.evaluation.Scores;
import dev.maskforge.models.Task;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.SegmentationClass;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// COCO: segments and objects, of which each metric has a file of its own.
final class CocoEvaluation implements Evaluation {
    private final CocoDataset dataset;
    private final Optional<Panoptic> panoptic;
    private final Optional<Instances> instances;
    private final List<Picture> pictures;

    private record Panoptic(CocoPanopticFile truth, PanopticScorer scorer) {}

    private record Instances(CocoInstanceDataset truth, CocoInstanceScorer scorer) {}

    /// @param ofInstances none if only its segments are annotated
    /// @param hasSegments whether its segments are annotated
    private record Picture(CocoDataset.Picture file, Optional<CocoInstanceDataset.Picture> ofInstances, boolean hasSegments) {}

    /// @param limit the most pictures
    CocoEvaluation(CocoDataset dataset, Set<Task> metrics, int limit) {
        this.dataset = dataset;
        this.panoptic = Optional.of(Task.PANOPTIC).filter(metrics::contains).map(_ -> {
            CocoPanopticFile truth = dataset.panoptic();
            return new Panoptic(truth, new PanopticScorer(truth.categories()));
        });
        this.instances = Optional.of(Task.INSTANCE).filter(metrics::contains).map(_ -> {
            CocoInstanceDataset truth = dataset.instances();
            return new Instances(truth, new CocoInstanceScorer(truth, CocoInstanceScorer.Kind.MASKS));
        });
        this.pictures = pictures().stream().limit(limit).toList();
    }

    /// Those with objects come in the order of their ids, which their scores depend on.
    private List<Picture> pictures() {
        SequencedMap<String, Picture> all = new LinkedHashMap<>();
        instances.ifPresent(each -> each.truth().pictures().forEach(picture -> all.put(picture.id(),
                new Picture(dataset.picture(picture.id(), Optional.of(picture.fileName())), Optional.of(picture),
                        panoptic.flatMap(segments -> segments.truth().annotation(picture.id())).isPresent()))));
        panoptic.ifPresent(each -> each.truth().annotations().forEach(annotation -> all.putIfAbsent(annotation.imageId(),
                new Picture(dataset.picture(annotation.imageId(), each.truth().imageFile(annotation.imageId())), Optional.empty(), true))));
        return new ArrayList<>(all.values());
    }

    @Override
    public List<Question> questions(ClassList classes) {
        panoptic.ifPresent(each -> Evaluation.requireClasses(classes.classes(),
                each.truth().categories().stream().map(PanopticScorer.Category::id).collect(Collectors.toSet()), "the dataset"));
        List<SegmentationClass> things = classes.classes().stream().filter(SegmentationClass::isThing).toList();
        instances.ifPresent(each -> Evaluation.requireClasses(things, each.truth().categories().keySet(), "the dataset"));
        CocoDataset.requireImages(pictures.stream().map(Picture::file).toList());
        return pictures.stream().map(picture -> new Question(picture.file().id(), picture.file().image(), () -> truth(picture, classes)))
                .toList();
    }

    private Consumer<Prediction> truth(Picture picture, ClassList classes) {
        String id = picture.file().id();
        Optional<PanopticMap> segments = panoptic.filter(_ -> picture.hasSegments()).map(each -> each.truth().read(id));
        return prediction -> {
            segments.ifPresent(truth -> panoptic.orElseThrow().scorer().add(id, PanopticMap.of(prediction.panoptic(), classes), truth));
            picture.ofInstances()
                    .ifPresent(ofInstances -> instances.orElseThrow().scorer().add(ofInstances, prediction.instances(), classes));
        };
    }

    @Override
    public List<Result> results(Path folder) {
        Optional<CocoPanopticFile> segments = panoptic.map(_ -> dataset.panopticResults(folder));
        Optional<CocoInstanceResults> objects = instances.map(each -> dataset.instanceResults(folder, each.truth()));
        return pictures.stream().map(picture -> new Result(picture.file().id(), () -> {
            String id = picture.file().id();
            segments.filter(_ -> picture.hasSegments()).ifPresent(
                    file -> panoptic.orElseThrow().scorer().add(id, file.read(id), panoptic.orElseThrow().truth().read(id)));
            picture.ofInstances().ifPresent(ofInstances -> instances.orElseThrow().scorer().add(ofInstances, objects.orElseThrow()));
        })).toList();
    }

    @Override
    public SequencedMap<Task, Scores> scores() {
        SequencedMap<Task, Scores> scores = new LinkedHashMap<>();
        panoptic.ifPresent(each -> scores.put(Task.PANOPTIC, each.scorer().scores()));
        instances.ifPresent(each -> scores.put(Task.INSTANCE, each.scorer().scores()));
        return scores;
    }
}
