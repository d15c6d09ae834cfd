package dev.maskforge.cli.bench;

import dev.maskforge.engine.EngineOptions;
import dev.maskforge.measure.Clock;
import dev.maskforge.measure.HighWaterMark;
import dev.maskforge.measure.Preparation;
import dev.maskforge.measure.StageTimes;
import dev.maskforge.measure.Subject;
import dev.maskforge.vision.LabelMap;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// A model in an engine, ready at a size, with the pictures it is shown.
final class BenchSubject implements Subject, AutoCloseable {
    private final String name;
    private final BenchModel model;
    private final String engine;
    private final BenchModel.Ready ready;
    private final BenchPictures pictures;
    private final Preparation preparation;
    private final int batch;
    private final List<LabelMap> labels;

    private BenchSubject(String name, BenchModel model, String engine, BenchModel.Ready ready, BenchPictures pictures,
            Preparation preparation, int batch, List<LabelMap> labels) {
        this.batch = batch;
        this.name = name;
        this.model = model;
        this.engine = engine;
        this.ready = ready;
        this.pictures = pictures;
        this.preparation = preparation;
        this.labels = List.copyOf(labels);
    }

    /// Opens the model and has it label every picture, once or, to fill the last batch, more often; time and memory are those of
    /// that.
    static BenchSubject open(String name, BenchModel model, String engine, EngineOptions options, RunShape shape, BenchPictures pictures,
            Clock clock) {
        HighWaterMark memory = HighWaterMark.start();
        long start = clock.nanoseconds();
        BenchModel.Ready ready = model.open(engine, options, shape);
        try {
            double seconds = (clock.nanoseconds() - start) / 1e9;
            List<LabelMap> labels = new ArrayList<>();
            while (labels.size() < pictures.count()) {
                labels.addAll(ready.run(pictures.inTurn(labels.size(), shape.batch()), clock).labels());
            }
            return new BenchSubject(name, model, engine, ready, pictures, model.preparation(seconds, memory), shape.batch(), labels);
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

    /// What it said of a picture, from each place in a batch at which it saw it.
    List<LabelMap> labels(int picture) {
        return IntStream.iterate(picture, at -> at < labels.size(), at -> at + pictures.count()).mapToObj(labels::get).toList();
    }

    @Override
    public StageTimes run(int picture, Clock clock) {
        return ready.run(pictures.inTurn(picture, batch), clock).times();
    }

    @Override
    public void close() {
        ready.close();
    }
}
