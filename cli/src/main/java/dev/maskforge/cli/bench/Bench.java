package dev.maskforge.cli.bench;

import dev.maskforge.engine.Agreement;
import dev.maskforge.engine.Availability;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.Precision;
import dev.maskforge.measure.Ceilings;
import dev.maskforge.measure.Clock;
import dev.maskforge.measure.Fidelity;
import dev.maskforge.measure.Harness;
import dev.maskforge.measure.Protocol;
import dev.maskforge.measure.Result;
import dev.maskforge.measure.Series;
import dev.maskforge.measure.Setup;
import dev.maskforge.measure.Work;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.Size;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Models by engines, measured against each other at one size after the other.
///
/// @param batch     pictures a run
/// @param models    in the order of the rows
/// @param engines   names of the engines, each of which runs each model
/// @param options   threads and precision
/// @param protocol  how often is run
/// @param reference what ONNX files are held against; checkpoints are held against themselves
/// @param ceilings  of what engines compute on, by engine and arithmetic, if they are known
/// @param clock     that is read
public record Bench(int batch, List<BenchModel> models, List<String> engines, EngineOptions options, Protocol protocol,
        Optional<BenchModel> reference,
        Map<Computing, Ceilings> ceilings, Clock clock) {
    public Bench {
        models = List.copyOf(models);
        engines = List.copyOf(engines);
        ceilings = Map.copyOf(ceilings);
    }

    /// The models that take a batch of pictures of a size.
    public List<BenchModel> modelsFor(Size size) {
        return models.stream().filter(model -> model.takes(new RunShape(batch, size))).toList();
    }

    /// What decides how fast a machine computes at best.
    ///
    /// @param engine    its name
    /// @param precision of the arithmetic
    public record Computing(String engine, Precision precision) {
        /// All that models use on the engines that are asked for, each once.
        public static Set<Computing> of(List<BenchModel> models, List<String> engines, Precision asked) {
            Set<Computing> all = new LinkedHashSet<>();
            models.forEach(model -> model.engines(engines)
                    .forEach(engine -> all.add(new Computing(engine, model.precision(engine, asked)))));
            return all;
        }
    }

    /// What a bench tells while it works.
    public interface Progress extends Harness.Progress {
        /// The reference of a model, itself or another, could not speak, so how far the model agrees with it is not known.
        void referenceFailed(BenchModel reference, Throwable reason);

        /// An engine refuses a model that [may be refused][BenchModel#mayBeRefused()], so it has no row.
        default void refused(String subject, EngineException reason) {
            // Whoever does not ask for such models need not hear of them.
        }
    }

    /// Measures what can run at a size; a result for each, in the order of models, then engines. The reference speaks
    /// last, when nothing is measured any more; if it fails, what has been measured stays.
    public List<Result> run(Size size, BenchPictures pictures, Progress progress) {
        List<BenchSubject> subjects = new ArrayList<>();
        List<Series> series;
        try {
            for (BenchModel model : modelsFor(size)) {
                for (String engine : model.engines(engines)) {
                    open(model, engine, size, pictures, progress).ifPresent(subjects::add);
                }
            }
            series = new Harness(clock, protocol, progress).measure(subjects);
        } finally {
            subjects.forEach(BenchSubject::close);
        }
        Map<BenchSubject, Fidelity> fidelities = fidelities(subjects, size, pictures, progress);
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < subjects.size(); i++) {
            BenchSubject subject = subjects.get(i);
            results.add(new Result(subject.name(), setup(subject, size), subject.preparation(), protocol,
                    new Result.Pictures(pictures.source(), pictures.count()),
                    Result.nanoseconds(series.get(i), pictures.decode()), work(subject, size),
                    Optional.ofNullable(fidelities.get(subject))));
        }
        return results;
    }

    private Optional<BenchSubject> open(BenchModel model, String engine, Size size, BenchPictures pictures, Progress progress) {
        String name = name(model, engine);
        try {
            return Optional.of(BenchSubject.open(name, model, engine, options, new RunShape(batch, size), pictures, clock));
        } catch (EngineException e) {
            if (!model.mayBeRefused()) {
                throw e;
            }
            progress.refused(name, e);
            return Optional.empty();
        }
    }

    private String name(BenchModel model, String engine) {
        String file = String.valueOf(model.file().getFileName());
        boolean isAlone = models.stream().map(BenchModel::file).distinct()
                .filter(other -> file.equals(String.valueOf(other.getFileName()))).count() == 1;
        return (isAlone ? file : model.file().toString()) + model.variant().map(variant -> ", " + variant).orElse("")
                + (engines.size() == 1 ? "" : ", " + engine);
    }

    private Setup setup(BenchSubject subject, Size size) {
        EngineProvider provider = Engines.named(subject.engine());
        String version = switch (provider.availability()) {
            case Availability.Available(String number, _) -> number;
            case Availability.Missing(String reason, _) -> reason;
        };
        return new Setup(subject.model().file().toString(), Optional.of(subject.model().hash()), subject.engine(),
                subject.engine() + " " + version, provider.device(), batch, size.height(), size.width(),
                precision(subject).toString(),
                options.threads());
    }

    private Precision precision(BenchSubject subject) {
        return subject.model().precision(subject.engine(), options.precision());
    }

    private Optional<Work> work(BenchSubject subject, Size size) {
        return Optional.ofNullable(ceilings.get(new Computing(subject.engine(), precision(subject))))
                .flatMap(best -> work(subject.model(), best, precision(subject), size)
                        .or(() -> referenceOf(subject.model()).flatMap(model -> work(model, best, precision(subject), size))));
    }

    private Optional<Work> work(BenchModel model, Ceilings best, Precision precision, Size size) {
        return model.cost(new RunShape(batch, size)).filter(cost -> cost.uncounted().isEmpty())
                .map(cost -> Work.of(String.valueOf(model.file().getFileName()), cost, precision, best));
    }

    private Map<BenchSubject, Fidelity> fidelities(List<BenchSubject> subjects, Size size, BenchPictures pictures, Progress progress) {
        Map<BenchSubject, Fidelity> fidelities = new HashMap<>();
        Set<BenchModel> references = new LinkedHashSet<>();
        subjects.forEach(subject -> referenceOf(subject.model()).ifPresent(references::add));
        for (BenchModel model : references) {
            List<BenchSubject> held = subjects.stream().filter(subject -> referenceOf(subject.model()).filter(model::equals).isPresent())
                    .toList();
            try {
                fidelities.putAll(fidelities(model, held, size, pictures));
            } catch (RuntimeException | OutOfMemoryError e) {
                progress.referenceFailed(model, e);
            }
        }
        return fidelities;
    }

    /// A checkpoint's graphs are all held against the one as authored, which is made once.
    private Optional<BenchModel> referenceOf(BenchModel model) {
        return model instanceof CheckpointModel
                ? models.stream().filter(other -> other instanceof CheckpointModel && other.file().equals(model.file())).findFirst()
                : reference;
    }

    private Map<BenchSubject, Fidelity> fidelities(BenchModel model, List<BenchSubject> held, Size size, BenchPictures pictures) {
        Map<BenchSubject, Fidelity> fidelities = new HashMap<>();
        Optional<Reference> opened = model.reference(options, size);
        if (opened.isEmpty()) {
            return fidelities;
        }
        try (Reference judge = opened.get()) {
            Map<BenchSubject, Agreement> sums = new HashMap<>();
            for (int picture = 0; picture < pictures.count(); picture++) {
                int number = picture;
                List<BenchSubject> speakers = held.stream().flatMap(subject -> subject.labels(number).stream().map(_ -> subject)).toList();
                List<LabelMap> labels = held.stream().flatMap(subject -> subject.labels(number).stream()).toList();
                List<Agreement> agreements = judge.agreements(pictures.pictures().get(picture), labels);
                for (int i = 0; i < speakers.size(); i++) {
                    sums.merge(speakers.get(i), agreements.get(i), Agreement::plus);
                }
            }
            sums.forEach((subject, sum) -> fidelities.put(subject, Fidelity.of(judge.name(), sum)));
        }
        return fidelities;
    }
}
