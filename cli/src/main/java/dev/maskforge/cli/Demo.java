package dev.maskforge.cli;

import dev.maskforge.Converter;
import dev.maskforge.Dataset;
import dev.maskforge.MaskforgeException;
import dev.maskforge.ModelFile;
import dev.maskforge.ModelOptions;
import dev.maskforge.Segmenter;
import dev.maskforge.engine.Availability;
import dev.maskforge.engine.Engines;
import dev.maskforge.evaluation.ConfusionMatrix;
import dev.maskforge.models.Task;
import dev.maskforge.passes.Lowering.DeformableAttention;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.LabelIds;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// The first run: the sample models on drawn streets that they were not trained on, compared with the truth, and timed.
///
/// ```
/// models/NAME.onnx                                      the converted models
/// scenes/SCENE.png  truth/SCENE.labels.png              pictures and truth
/// maskformer/SCENE.{labels,color,overlay}.png           what each model says
/// mask2former/SCENE.{labels,color,overlay}.png, panoptic/, panoptic.json
/// ```
///
/// @param folder where all of it is written
/// @param scenes how many
/// @param size   of scenes, and of the networks' input
record Demo(Path folder, int scenes, Size size, LatencyTrial trial) {
    /// When measuring ends on slow machines, so that all of it takes no more than 25 seconds.
    private static final Duration MEASURED_BY = Duration.ofSeconds(18);

    /// Training takes scenes of smaller seeds.
    static final long FIRST_SEED = 1_000_000;

    /// What a model said of all scenes.
    private record Said(List<Answer> answers, List<SequencedMap<Product, Path>> files, ConfusionMatrix confusion) {}

    Path pictures() {
        return folder.resolve("scenes");
    }

    private Path truths() {
        return folder.resolve("truth");
    }

    /// Does all of it but the report.
    DemoResult run(Progress progress) {
        long start = System.nanoTime();
        List<Samples.Model> samples = Samples.models();
        Folders.require(folder);
        EarlierDemo.removeScenes(foldersOfPictures(samples), drawnScenes());
        List<DemoResult.Converted> converted = new ArrayList<>();
        for (Samples.Model sample : samples) {
            converted.add(convert(sample, progress));
        }
        ClassList classes = ClassList.ofDataset(Dataset.CITYSCAPES.name()).orElseThrow();
        List<SampleScene> drawn = draw(progress);
        List<Segmenter> segmenters = new ArrayList<>();
        try {
            List<DemoResult.OfModel> models = new ArrayList<>();
            List<Said> said = new ArrayList<>();
            List<ModelFile> files = new ArrayList<>();
            for (Samples.Model sample : samples) {
                progress.working("loading " + sample.name());
                ModelFile file = ModelFile.open(sample.checkpoint(), ModelOptions.none());
                Segmenter segmenter = Segmenter.open(file, options());
                segmenters.add(segmenter);
                files.add(file);
                requireClasses(file, classes);
                said.add(segment(sample, segmenter, drawn, progress));
            }
            Duration budget = MEASURED_BY.minusNanos(System.nanoTime() - start);
            List<LatencyTrial.Times> times = trial.measure(segmenters, drawn.stream().map(SampleScene::image).toList(), budget, progress);
            progress.done("measured " + Words.counted(times.getFirst().engine().count(), "run") + " of each model");
            for (int i = 0; i < samples.size(); i++) {
                models.add(result(samples.get(i), files.get(i), converted.get(i), said.get(i), times.get(i)));
            }
            return new DemoResult(size, classes, drawn, models, engine());
        } finally {
            segmenters.forEach(Segmenter::close);
        }
    }

    private List<Path> foldersOfPictures(List<Samples.Model> samples) {
        Stream<Path> ofModels = samples.stream().map(sample -> folder.resolve(fileName(sample)))
                .flatMap(place -> Stream.of(place, place.resolve(Product.PANOPTIC.toString())));
        return Stream.concat(Stream.of(pictures(), truths()), ofModels).toList();
    }

    private Set<String> drawnScenes() {
        return seeds().mapToObj(SampleScene::nameOf).collect(Collectors.toSet());
    }

    private LongStream seeds() {
        return LongStream.range(FIRST_SEED, FIRST_SEED + scenes);
    }

    private DemoResult.Converted convert(Samples.Model sample, Progress progress) {
        progress.working("converting " + sample.name() + " to ONNX");
        long start = System.nanoTime();
        Path target = folder.resolve("models").resolve(fileName(sample) + ".onnx");
        Folders.make(folder.resolve("models"));
        try (ModelFile file = ModelFile.open(sample.checkpoint(), ModelOptions.none())) {
            Converter.Result result = Converter.convert(file, target,
                    new Converter.Options(Optional.of(SizeByText.input(size)), Optional.empty(), DeformableAttention.GRID_SAMPLE));
            DemoResult.Converted converted = new DemoResult.Converted(target, result.graph().nodes().size(), Files.size(target),
                    Duration.ofNanos(System.nanoTime() - start));
            progress.done(String.format(Locale.ROOT, "converted %s: %d nodes, %.1f MB, %.1f s", target, converted.nodes(),
                    converted.bytes() / 1e6, converted.time().toMillis() / 1e3));
            return converted;
        } catch (IOException e) {
            throw new MaskforgeException(target + " is gone again: " + Folders.reason(e) + "; run the demo anew", e);
        }
    }

    private List<SampleScene> draw(Progress progress) {
        List<SampleScene> drawn = new ArrayList<>();
        for (long seed : seeds().toArray()) {
            progress.working("drawing scene " + (drawn.size() + 1) + " of " + scenes);
            SampleScene scene = SampleScene.draw(seed, size);
            scene.write(pictures(), truths());
            drawn.add(scene);
        }
        progress.done("drew " + Words.counted(scenes, "street") + " of " + size + " that training never saw");
        return drawn;
    }

    private Segmenter.Options options() {
        return Segmenter.Options.standard().withResizeRule(new ResizeRule.FitInside(size.height(), size.width()));
    }

    private static void requireClasses(ModelFile model, ClassList classes) {
        if (!model.classes().equals(classes)) {
            throw new MaskforgeException(model.path() + " does not tell the classes of " + classes.dataset()
                    + "; the demo needs the sample models as they came, get them anew");
        }
    }

    private Said segment(Samples.Model sample, Segmenter segmenter, List<SampleScene> drawn, Progress progress) {
        Set<Product> products = Product.standard(segmenter.model().task());
        products.addAll(Product.standard(Task.SEMANTIC));
        ResultFiles results = new ResultFiles(folder.resolve(fileName(sample)), segmenter.model(), products, LabelIds.DATASET);
        List<Answer> answers = new ArrayList<>();
        List<SequencedMap<Product, Path>> files = new ArrayList<>();
        ConfusionMatrix confusion = ConfusionMatrix.ofClasses(segmenter.model().classes().size());
        Set<Task> asked = EnumSet.copyOf(results.answers());
        for (SampleScene scene : drawn) {
            progress.working("segmenting scene " + (answers.size() + 1) + " of " + drawn.size() + " with " + sample.name());
            RgbImage image = scene.image();
            Answer answer = segmenter.predict(image, prediction -> Answer.of(prediction, asked));
            answers.add(answer);
            confusion.add(answer.labels().orElseThrow(), scene.truth(), SampleScene.VOID);
            files.add(results.write(new PictureFiles.Entry(scene.picture(pictures()), scene.name()), image, answer));
        }
        results.finish(e -> {
            throw e;
        });
        progress.done(String.format(Locale.ROOT, "segmented them with %s: mIoU %.1f %%", sample.name(),
                100 * confusion.meanIntersectionOverUnion().orElse(0)));
        return new Said(answers, files, confusion);
    }

    private static DemoResult.OfModel result(Samples.Model sample, ModelFile file, DemoResult.Converted converted, Said said,
            LatencyTrial.Times times) {
        return new DemoResult.OfModel(sample, Descriptions.ofNetwork(file), file.task(), InspectCommand.parameters(file),
                file.trainingData(), converted, said.answers(), said.files(), said.confusion(), times);
    }

    private static DemoResult.Engine engine() {
        Segmenter.Options standard = Segmenter.Options.standard();
        String version = switch (Engines.named(standard.engine()).availability()) {
            case Availability.Available(String found, String _) -> found;
            case Availability.Missing _ -> "missing";
        };
        return new DemoResult.Engine(standard.engine(), version, standard.engineOptions().precision().toString(),
                standard.engineOptions().threads());
    }

    /// What a model's files are called.
    static String fileName(Samples.Model sample) {
        return sample.name().toLowerCase(Locale.ROOT);
    }
}
