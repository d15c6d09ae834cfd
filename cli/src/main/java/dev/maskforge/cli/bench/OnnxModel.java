package dev.maskforge.cli.bench;

import dev.maskforge.Converter;
import dev.maskforge.InputValues;
import dev.maskforge.MaskforgeException;
import dev.maskforge.OnnxNetwork;
import dev.maskforge.OnnxOutput;
import dev.maskforge.Segmenter;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.GraphHash;
import dev.maskforge.engine.Precision;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.onnx.OnnxException;
import dev.maskforge.graph.onnx.OnnxReader;
import dev.maskforge.measure.GraphCost;
import dev.maskforge.measure.HighWaterMark;
import dev.maskforge.measure.Preparation;
import dev.maskforge.vision.Size;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Optional;

/// An ONNX file, ours or somebody else's, as the engine itself reads it.
public final class OnnxModel implements BenchModel {
    private final OnnxNetwork network;
    private final String hash;
    private final Arena arena = Arena.ofShared();
    private final Optional<Graph> graph;

    private OnnxModel(OnnxNetwork network, String hash) {
        this.network = network;
        this.hash = hash;
        this.graph = graph(network.path(), arena);
    }

    /// Opens a file. One whose inside Maskforge cannot read may still run; then its FLOPs are not known.
    ///
    /// @param said  what its input's numbers mean, where it does not say so itself
    /// @param batch how many pictures it is to take at once
    /// @throws MaskforgeException if there is no such file, or it is no model of pictures
    /// @throws OnnxException      if it is damaged
    public static OnnxModel open(Path file, Optional<InputValues> said, int batch) {
        try {
            String hash = GraphHash.of(file);
            return new OnnxModel(OnnxNetwork.read(file, said, batch), hash);
        } catch (IOException e) {
            throw new MaskforgeException("the file '" + file + "' cannot be read; check its path and its rights", e);
        }
    }

    private static Optional<Graph> graph(Path file, Arena arena) {
        try {
            return Optional.of(OnnxReader.read(file, arena));
        } catch (OnnxException e) {
            System.getLogger(OnnxModel.class.getName()).log(System.Logger.Level.DEBUG, "nothing is known of its graph", e);
            return Optional.empty();
        }
    }

    @Override
    public Path file() {
        return network.path();
    }

    @Override
    public String hash() {
        return hash;
    }

    @Override
    public boolean takes(RunShape shape) {
        return network.takes(shape.batch(), shape.size());
    }

    @Override
    public ImageNetwork open(String engine, EngineOptions options, RunShape shape) {
        return network(engine, network.readiest(), options.withPrecision(precision(engine, options.precision())), shape);
    }

    private ImageNetwork network(String engine, OnnxOutput output, EngineOptions options, RunShape shape) {
        Engine opened = Engines.named(engine).open(file(), options);
        return ImageNetwork.over(opened, ImageNetwork.Ports.of(network, output), shape, options.threads());
    }

    @Override
    public Preparation preparation(double seconds, HighWaterMark memory) {
        return new Preparation(file().toFile().length(), Optional.empty(), Optional.of(seconds), memory.sinceStart());
    }

    @Override
    public Optional<GraphCost> cost(RunShape shape) {
        try {
            return graph.filter(each -> each.inputs().size() == 1 && takes(shape))
                    .map(each -> GraphCost.of(each, each.type(each.inputs().getFirst()).shape().solve(picture(shape))));
        } catch (ArithmeticException e) {
            System.getLogger(OnnxModel.class.getName()).log(System.Logger.Level.DEBUG, "its sizes do not add up", e);
            return Optional.empty();
        }
    }

    private static Shape picture(RunShape shape) {
        return Shape.of(shape.batch(), 3, shape.size().height(), shape.size().width());
    }

    /// Files of ours with integers in them say so; what is not known to have any is float32, or what the engine makes of it.
    @Override
    public Precision precision(String engine, Precision asked) {
        return graph.filter(each -> Precision.INT8.toString().equals(each.metadata().get(Converter.PRECISION))).isPresent()
                ? Precision.INT8
                : Engines.named(engine).decidesPrecisionOfFiles() ? asked : Precision.FP32;
    }

    @Override
    public Optional<Reference> reference(EngineOptions options, Size size) {
        return Optional.of(network.richest()).filter(output -> output.hasScores() && takes(RunShape.single(size)))
                .map(output -> new Reference(file().getFileName() + ", " + Segmenter.DEFAULT_ENGINE,
                        network(Segmenter.DEFAULT_ENGINE, output, options.withPrecision(Precision.FP32), RunShape.single(size))));
    }

    @Override
    public void close() {
        arena.close();
    }
}
