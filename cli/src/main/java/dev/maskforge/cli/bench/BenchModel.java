package dev.maskforge.cli.bench;

import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.Precision;
import dev.maskforge.measure.Clock;
import dev.maskforge.measure.GraphCost;
import dev.maskforge.measure.HighWaterMark;
import dev.maskforge.measure.Preparation;
import dev.maskforge.measure.StageTimes;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.Size;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A model to be measured, by its file.
public sealed interface BenchModel extends AutoCloseable permits CheckpointModel, OnnxModel, PlanModel {
    Path file();

    /// What tells it from others of the same file.
    default Optional<String> variant() {
        return Optional.empty();
    }

    /// Whether the others are measured without it where an engine refuses it.
    default boolean mayBeRefused() {
        return false;
    }

    /// SHA-256 of its graph with weights, or of the file that holds them.
    String hash();

    /// The engines that run it, of those that were asked for; one that is made for an engine runs there alone.
    default List<String> engines(List<String> asked) {
        return asked;
    }

    /// Whether its network takes so many pictures of this size.
    boolean takes(RunShape shape);

    /// The arithmetic that it runs in on an engine where this one is asked for: what is made in one, a plan or a file, runs in
    /// that, unless the engine decides.
    Precision precision(String engine, Precision asked);

    /// Makes it ready to run.
    ///
    /// @throws dev.maskforge.engine.EngineException if the engine is missing or refuses it
    Ready open(String engine, EngineOptions options, RunShape shape);

    /// What opening it took.
    Preparation preparation(double seconds, HighWaterMark memory);

    /// What its graph costs in a run, if that can be told.
    Optional<GraphCost> cost(RunShape shape);

    /// What its answers are held against: its own graph, or what it says itself, in the default engine, picture by picture.
    ///
    /// @return empty if it gives no scores
    Optional<Reference> reference(EngineOptions options, Size size);

    @Override
    void close();

    /// A model that is ready to run.
    interface Ready extends AutoCloseable {
        /// Labels as many pictures as it was opened for, of that size.
        Answer run(List<RgbImage> pictures, Clock clock);

        @Override
        void close();
    }

    /// Labels of each picture, and where the time went.
    record Answer(List<LabelMap> labels, StageTimes times) {
        public Answer {
            labels = List.copyOf(labels);
        }
    }
}
