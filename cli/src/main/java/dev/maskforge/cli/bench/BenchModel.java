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

    /// SHA-256 of its graph with weights, or of the file that holds them.
    String hash();

    /// The engines that run it, of those that were asked for; one that is made for an engine runs there alone.
    default List<String> engines(List<String> asked) {
        return asked;
    }

    /// Whether its network takes pictures of this size.
    boolean takes(Size size);

    /// The arithmetic that it runs in where this one is asked for: what is made in one, a plan or a file, runs in that.
    Precision precision(Precision asked);

    /// Makes it ready to run at a size.
    ///
    /// @throws dev.maskforge.engine.EngineException if the engine is missing or refuses it
    Ready open(String engine, EngineOptions options, Size size);

    /// What opening it took.
    Preparation preparation(double seconds, HighWaterMark memory);

    /// What its graph costs at a size, if that can be told.
    Optional<GraphCost> cost(Size size);

    /// What its answers are held against: its own graph, or what it says itself, in the default engine.
    ///
    /// @return empty if it gives no scores
    Optional<Reference> reference(EngineOptions options, Size size);

    @Override
    void close();

    /// A model that is ready to run.
    interface Ready extends AutoCloseable {
        /// Labels a picture of the size it was opened for.
        Answer run(RgbImage picture, Clock clock);

        @Override
        void close();
    }

    /// Labels, and where the time went.
    record Answer(LabelMap labels, StageTimes times) {}
}
