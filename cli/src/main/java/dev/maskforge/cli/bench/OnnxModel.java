package dev.maskforge.cli.bench;

import dev.maskforge.MaskforgeException;
import dev.maskforge.Segmenter;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.Engines;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.onnx.OnnxException;
import dev.maskforge.graph.onnx.OnnxReader;
import dev.maskforge.measure.GraphCost;
import dev.maskforge.measure.GraphHash;
import dev.maskforge.measure.HighWaterMark;
import dev.maskforge.measure.Preparation;
import dev.maskforge.vision.Size;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Optional;

/// An ONNX file, ours or somebody else's, as the engine itself reads it.
public final class OnnxModel implements BenchModel {
    private final Path file;
    private final String hash;
    private final Arena arena = Arena.ofShared();
    private final Optional<Graph> graph;

    private OnnxModel(Path file, String hash) {
        this.file = file;
        this.hash = hash;
        this.graph = graph(file, arena);
    }

    /// Opens a file. One that Maskforge cannot read itself may still run; then its FLOPs are not known.
    ///
    /// @throws MaskforgeException if there is no such file
    public static OnnxModel open(Path file) {
        try {
            return new OnnxModel(file, GraphHash.of(file));
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
        return file;
    }

    @Override
    public String hash() {
        return hash;
    }

    @Override
    public boolean takes(Size size) {
        return graph.isEmpty() || graph.get().inputs().size() != 1 || fits(graph.get(), size);
    }

    private static boolean fits(Graph graph, Size size) {
        try {
            shape(graph).solve(picture(size));
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static Shape shape(Graph graph) {
        return graph.type(graph.inputs().getFirst()).shape();
    }

    private static Shape picture(Size size) {
        return Shape.of(1, 3, size.height(), size.width());
    }

    @Override
    public Ready open(String engine, EngineOptions options, Size size) {
        return ImageNetwork.over(Engines.named(engine).open(file, options), size, file, options.threads());
    }

    @Override
    public Preparation preparation(double seconds, HighWaterMark memory) {
        return new Preparation(file.toFile().length(), Optional.empty(), Optional.of(seconds), memory.sinceStart());
    }

    @Override
    public Optional<GraphCost> cost(Size size) {
        try {
            return graph.filter(each -> each.inputs().size() == 1).map(each -> GraphCost.of(each, shape(each).solve(picture(size))));
        } catch (ArithmeticException e) {
            System.getLogger(OnnxModel.class.getName()).log(System.Logger.Level.DEBUG, "its sizes do not add up", e);
            return Optional.empty();
        }
    }

    @Override
    public Optional<Reference> reference(EngineOptions options, Size size) {
        ImageNetwork network = ImageNetwork.over(Engines.named(Segmenter.DEFAULT_ENGINE).open(file, options), size, file,
                options.threads());
        if (network.givesScores()) {
            return Optional.of(new Reference(file.getFileName() + ", " + Segmenter.DEFAULT_ENGINE, network));
        }
        network.close();
        return Optional.empty();
    }

    @Override
    public void close() {
        arena.close();
    }
}
