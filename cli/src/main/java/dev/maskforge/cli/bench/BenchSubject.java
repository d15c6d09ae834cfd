package dev.maskforge.cli.bench;

import dev.maskforge.engine.EngineOptions;
import dev.maskforge.measure.Clock;
import dev.maskforge.measure.HighWaterMark;
import dev.maskforge.measure.Preparation;
import dev.maskforge.measure.StageTimes;
import dev.maskforge.measure.Subject;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.Size;
import java.util.ArrayList;
import java.util.List;

/// A model in an engine, ready at a size, with the pictures it is shown.
final class BenchSubject implements Subject, AutoCloseable {
    private final String name;
    private final BenchModel model;
    private final String engine;
    private final BenchModel.Ready ready;
    private final BenchPictures pictures;
    private final Preparation preparation;
    private final List<LabelMap> labels;

    private BenchSubject(String name, BenchModel model, String engine, BenchModel.Ready ready, BenchPictures pictures,
            Preparation preparation, List<LabelMap> labels) {
        this.name = name;
        this.model = model;
        this.engine = engine;
        this.ready = ready;
        this.pictures = pictures;
        this.preparation = preparation;
        this.labels = List.copyOf(labels);
    }

    /// Opens the model and has it label every picture once; time and memory are those of that.
    static BenchSubject open(String name, BenchModel model, String engine, EngineOptions options, Size size, BenchPictures pictures,
            Clock clock) {
        HighWaterMark memory = HighWaterMark.start();
        long start = clock.nanoseconds();
        BenchModel.Ready ready = model.open(engine, options, size);
        try {
            double seconds = (clock.nanoseconds() - start) / 1e9;
            List<LabelMap> labels = new ArrayList<>();
            for (int picture = 0; picture < pictures.count(); picture++) {
                labels.add(ready.run(pictures.inTurn(picture), clock).labels());
            }
            return new BenchSubject(name, model, engine, ready, pictures, model.preparation(seconds, memory), labels);
        } catch (RuntimeException | Error e) {
            ready.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return name;
    }

    BenchModel model() {
        return model;
    }

    String engine() {
        return engine;
    }

    Preparation preparation() {
        return preparation;
    }

    /// What it said of each picture.
    List<LabelMap> labels() {
        return labels;
    }

    @Override
    public StageTimes run(int picture, Clock clock) {
        return ready.run(pictures.inTurn(picture), clock).times();
    }

    @Override
    public void close() {
        ready.close();
    }
}
