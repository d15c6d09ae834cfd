package dev.maskforge;

import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.LayerComparison;
import dev.maskforge.engine.plan.PlanFile;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.onnx.OnnxReader;
import dev.maskforge.models.CheckpointModel;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.Size;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// A source whose file is open and understood, before there is an engine: what is asked of it decides at which size both
/// sides work.
sealed interface OpenedSource extends AutoCloseable {
    Comparison.Source source();

    /// The size that its pictures must have, if it is fixed.
    Optional<Size> fixedSize();

    /// The size at which its model is tested, if it is known.
    Optional<ResizeRule> officialRule();

    Optional<ClassList> classes();

    OptionalInt classCount();

    /// Whether its label maps cannot be brought to the picture's size.
    boolean isAtNetworkSize();

    /// Makes it ready to answer. What was opened then belongs to the side, and closing this does nothing more.
    Side build(Optional<ResizeRule> rule, ClassList classes, Comparison.Options options);

    /// Its network's graph for its engine, with a picture to run it on.
    ///
    /// @param arena where the picture goes, and the constants of a file
    /// @throws MaskforgeException if it has none
    LayerComparison.Subject subject(ResizeRule rule, RgbImage picture, Arena arena);

    @Override
    void close();

    static OpenedSource open(Comparison.Source source, Comparison.Options options) {
        return switch (source.kind()) {
            case CHECKPOINT -> {
                Engines.named(source.engine());
                yield new OpenedCheckpoint(source, ModelFile.open(source.path(), options.model()));
            }
            case ONNX -> {
                Engines.named(source.engine());
                yield new OpenedOnnx(source);
            }
            case LABELS -> new OpenedFolder(source);
        };
    }

    final class OpenedCheckpoint implements OpenedSource {
        private final Comparison.Source source;
        private final ModelFile model;
        private boolean handedOn;

        private OpenedCheckpoint(Comparison.Source source, ModelFile model) {
            this.source = source;
            this.model = model;
        }

        @Override
        public Comparison.Source source() {
            return source;
        }

        @Override
        public Optional<Size> fixedSize() {
            return Optional.empty();
        }

        @Override
        public Optional<ResizeRule> officialRule() {
            return Optional.of(model.preprocessing(Optional.empty()).resizeRule());
        }

        @Override
        public Optional<ClassList> classes() {
            return Optional.of(model.classes());
        }

        @Override
        public OptionalInt classCount() {
            return OptionalInt.of(model.model().classes());
        }

        @Override
        public boolean isAtNetworkSize() {
            return false;
        }

        @Override
        public Side build(Optional<ResizeRule> rule, ClassList classes, Comparison.Options options) {
            try {
                model.preprocessing(rule);
            } catch (IllegalArgumentException e) {
                throw new MaskforgeException(source.path() + " cannot be compared at that size: " + e.getMessage(), e);
            }
            handedOn = true;
            return new CheckpointSide(Segmenter.open(model, segmenterOptions(rule, options)));
        }

        private Segmenter.Options segmenterOptions(Optional<ResizeRule> rule, Comparison.Options options) {
            return new Segmenter.Options(options.model(), source.engine(), source.engineOptions(), rule, ThresholdOptions.none(),
                    source.deformableAttention(), source.graphForm(), source.calibration());
        }

        @Override
        public LayerComparison.Subject subject(ResizeRule rule, RgbImage picture, Arena memory) {
            EngineProvider provider = Engines.named(source.engine());
            Tensor input = InputValues.RGB.input(picture, model.preprocessing(Optional.of(rule)), memory);
            Segmenter.Options options = segmenterOptions(Optional.of(rule), Comparison.Options.standard());
            return new LayerComparison.Subject(Segmenter.computed(model, provider, options).graph(), provider, source.engineOptions(),
                    Map.of(CheckpointModel.IMAGE, input));
        }

        @Override
        public void close() {
            if (!handedOn) {
                model.close();
            }
        }
    }

    final class OpenedOnnx implements OpenedSource {
        private final Comparison.Source source;
        private final OnnxNetwork file;

        private OpenedOnnx(Comparison.Source source) {
            this.source = source;
            this.file = OnnxNetwork.read(source.path(), source.inputValues());
        }

        @Override
        public Comparison.Source source() {
            return source;
        }

        @Override
        public Optional<Size> fixedSize() {
            return file.fixedSize();
        }

        @Override
        public Optional<ResizeRule> officialRule() {
            return file.officialRule();
        }

        @Override
        public Optional<ClassList> classes() {
            return file.classes();
        }

        @Override
        public OptionalInt classCount() {
            return file.classCount();
        }

        @Override
        public boolean isAtNetworkSize() {
            return !file.richest().canBeResized();
        }

        @Override
        public Side build(Optional<ResizeRule> rule, ClassList classes, Comparison.Options options) {
            ResizeRule size = rule.orElseThrow();
            Engine engine = NetworkFile.open(source.path(), source.engine(), source.engineOptions());
            ThreadPool threads = new ThreadPool(source.engineOptions().threads() - 1);
            try {
                return new OnnxSide(file, engine, engine.openSession(), file.preprocessing(size), threads,
                        source.engineOptions().threads());
            } catch (RuntimeException | Error e) {
                threads.close();
                engine.close();
                throw e;
            }
        }

        @Override
        public LayerComparison.Subject subject(ResizeRule rule, RgbImage picture, Arena memory) {
            if (PlanFile.isPlan(source.path())) {
                throw new MaskforgeException(
                        source.path() + " is a plan, whose layers its compiler has fused; compare what it was made of, with"
                                + " '--engine-b' for its engine, or leave '--layers' out");
            }
            return new LayerComparison.Subject(OnnxReader.read(source.path(), memory), Engines.named(source.engine()),
                    source.engineOptions(),
                    file.input().inputs(picture, file.preprocessing(rule), memory));
        }

        @Override
        public void close() {
            // What the file states of itself is on the heap.
        }
    }

    record OpenedFolder(Comparison.Source source) implements OpenedSource {
        @Override
        public Optional<Size> fixedSize() {
            return Optional.empty();
        }

        @Override
        public Optional<ResizeRule> officialRule() {
            return Optional.empty();
        }

        @Override
        public Optional<ClassList> classes() {
            return Optional.empty();
        }

        @Override
        public OptionalInt classCount() {
            return OptionalInt.empty();
        }

        @Override
        public boolean isAtNetworkSize() {
            return false;
        }

        @Override
        public Side build(Optional<ResizeRule> rule, ClassList classes, Comparison.Options options) {
            Path folder = source.path();
            return new LabelFolderSide(folder, classes, options.labelIds(), options.limits());
        }

        @Override
        public LayerComparison.Subject subject(ResizeRule rule, RgbImage picture, Arena memory) {
            throw new MaskforgeException(source.path() + " is a folder of label maps and has no layers; leave '--layers' out");
        }

        @Override
        public void close() {
            // Nothing is open yet.
        }
    }
}
