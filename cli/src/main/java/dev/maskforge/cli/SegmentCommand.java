package dev.maskforge.cli;

import dev.maskforge.MaskforgeException;
import dev.maskforge.Segmenter;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Engines;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.ImageFile;
import dev.maskforge.vision.ImageLimits;
import dev.maskforge.vision.LabelIds;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.Overlay;
import dev.maskforge.vision.PngFile;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.Size;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// `maskforge segment`
@Command(name = "segment", description = "Segments pictures: a class for each pixel, as label map, colours and overlay.", footer = {"",
        "A picture that fails is named, the others are done, and the exit code is 1. Fields of --json: docs/cli.md."})
final class SegmentCommand implements Callable<Integer> {
    private static final int MOST_THREADS = 1024;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "CHECKPOINT", description = "a Detectron2 .pkl file")
    private Path checkpoint;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "IMAGE|DIR", description = "PNG and JPEG files, or folders of them")
    private List<Path> pictures;

    @Option(names = {"-o",
            "--out"}, required = true, paramLabel = "DIR", description = "the folder to write into; results of the same name are replaced")
    private Path target;

    @Option(names = "--save", split = ",", paramLabel = "KIND", defaultValue = "labels,color,overlay", description = "what to write: labels, color, overlay (default: all)")
    private Set<Product> products;

    @Option(names = "--label-ids", paramLabel = "IDS", defaultValue = "dataset", description = "numbers in label maps: dataset (as evaluation scripts want them) or train (default: ${DEFAULT-VALUE})")
    private LabelIds ids;

    @Option(names = "--size", paramLabel = "HxW", converter = SizeByText.class, description = "size of the network's input, multiples of 32; pictures are fitted into it by "
            + "their own ratio (default: the dataset's official rule)")
    private @Nullable Size size;

    @Option(names = "--engine", paramLabel = "NAME", defaultValue = Segmenter.DEFAULT_ENGINE, description = "onnxruntime, or reference, which is slow and for checking (default: ${DEFAULT-VALUE})")
    private String engine;

    @Option(names = "--threads", paramLabel = "N", description = "threads, at most 1024 (default: all physical cores)")
    private @Nullable Integer threads;

    @Option(names = "--max-pixels", paramLabel = "N", description = "the largest picture to read (default: 89478485)")
    private @Nullable Long maximumPixels;

    @Option(names = "--json", description = "print what was done as JSON")
    private boolean json;

    @Mixin
    private ModelArguments model;

    @Mixin
    private OutputArguments says;

    /// What is written for each picture.
    enum Product {
        LABELS, COLOR, OVERLAY
    }

    @Override
    public Integer call() {
        Segmenter.Options options = options();
        ImageLimits limits = limits();
        List<PictureFiles.Entry> entries = PictureFiles.find(pictures);
        Folders.require(target);
        requireNoPictureReplaced(entries);
        PrintWriter err = spec.commandLine().getErr();
        Report report = new Report(err, says, entries.size());
        try (Segmenter segmenter = Segmenter.open(checkpoint, options)) {
            report.opening(segmenter, options);
            ClassList classes = segmenter.model().classes();
            for (PictureFiles.Entry entry : entries) {
                try {
                    report.done(entry, segment(segmenter, entry, classes, limits));
                } catch (RuntimeException | OutOfMemoryError e) {
                    report.failed(entry, e);
                }
            }
        }
        report.closing(target);
        if (json) {
            spec.commandLine().getOut()
                    .println(new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(facts(options, report)));
        }
        return report.failures() == 0 ? ExitCode.DONE : ExitCode.FAILED;
    }

    private Segmenter.Options options() {
        List<String> engines = Engines.all().stream().map(EngineProvider::name).toList();
        if (!engines.contains(engine)) {
            throw wrong("--engine", "there is no '" + engine + "', but " + String.join(" and ", engines));
        }
        if (threads != null && (threads < 1 || threads > MOST_THREADS)) {
            throw wrong("--threads", threads + " is not from 1 to " + MOST_THREADS);
        }
        EngineOptions standard = EngineOptions.standard();
        return new Segmenter.Options(model.options(), engine, threads == null ? standard : standard.withThreads(threads),
                Optional.ofNullable(size).map(given -> new ResizeRule.FitInside(given.height(), given.width())));
    }

    private ImageLimits limits() {
        if (maximumPixels != null && maximumPixels < 1) {
            throw wrong("--max-pixels", maximumPixels + " is less than one pixel");
        }
        return maximumPixels == null ? ImageLimits.DEFAULT : new ImageLimits(maximumPixels);
    }

    private ParameterException wrong(String option, String why) {
        return new ParameterException(spec.commandLine(), "Invalid value for option '" + option + "': " + why);
    }

    /// Results may replace results, never what they are made from.
    private void requireNoPictureReplaced(List<PictureFiles.Entry> entries) {
        Map<Path, PictureFiles.Entry> results = new HashMap<>();
        for (PictureFiles.Entry entry : entries) {
            products.forEach(product -> results.put(real(file(entry, product)), entry));
        }
        for (PictureFiles.Entry entry : entries) {
            PictureFiles.Entry replacing = results.get(real(entry.file()));
            if (replacing != null) {
                throw new MaskforgeException("the result of '" + replacing.file() + "' would replace the picture '" + entry.file()
                        + "'; write into another folder, or leave that picture out");
            }
        }
    }

    /// The path by which a file in a folder that is there is told from others.
    private static Path real(Path file) {
        Path absolute = file.toAbsolutePath().normalize();
        Path folder = absolute.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return absolute;
        }
        try {
            return folder.toRealPath().resolve(absolute.getFileName());
        } catch (IOException e) {
            throw new MaskforgeException("the folder '" + folder + "' cannot be read; check its rights", e);
        }
    }

    private Path file(PictureFiles.Entry entry, Product product) {
        return target.resolve(entry.name() + "." + product.name().toLowerCase(Locale.ROOT) + ".png");
    }

    private SequencedMap<String, Object> facts(Segmenter.Options options, Report report) {
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("checkpoint", checkpoint.toString());
        facts.put("engine", options.engine());
        facts.put("precision", options.engineOptions().precision().toString());
        facts.put("threads", options.engineOptions().threads());
        facts.put("pictures", report.facts());
        return facts;
    }

    private Outcome segment(Segmenter segmenter, PictureFiles.Entry entry, ClassList classes, ImageLimits limits) {
        long start = System.nanoTime();
        RgbImage picture = ImageFile.read(entry.file(), limits);
        Duration decode = Duration.ofNanos(System.nanoTime() - start);
        Segmenter.Segmentation segmentation = segmenter.timed(picture);
        long write = System.nanoTime();
        SequencedMap<Product, Path> files = new LinkedHashMap<>();
        Folders.make(target);
        for (Product product : EnumSet.copyOf(products)) {
            Path file = file(entry, product);
            save(product, picture, segmentation.labels(), classes, file);
            files.put(product, file);
        }
        return new Outcome(picture, segmentation, decode, Duration.ofNanos(System.nanoTime() - write), classes, files);
    }

    private void save(Product product, RgbImage picture, LabelMap labels, ClassList classes, Path file) {
        switch (product) {
            case LABELS -> PngFile.writeLabels(labels, classes, ids, file);
            case COLOR -> PngFile.writeColours(labels, classes, file);
            case OVERLAY -> PngFile.write(Overlay.draw(picture, labels, classes), file);
        }
    }

    /// What became of a picture.
    record Outcome(RgbImage picture, Segmenter.Segmentation segmentation, Duration decode, Duration write, ClassList classes,
            SequencedMap<Product, Path> files) {}
}
