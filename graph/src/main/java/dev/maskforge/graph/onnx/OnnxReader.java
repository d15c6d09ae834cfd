package dev.maskforge.graph.onnx;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Verifier;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/// Reads ONNX files, ours and other people's, of opset 11 to 26.
///
/// An operation that is one of ours becomes that, with the sizes that its inputs brought; arithmetic on shapes is followed,
/// so that what [OnnxWriter] wrote comes back as it was, free sizes included. Whatever else there is becomes
/// [Operation.Foreign][dev.maskforge.graph.Operation.Foreign]: it is carried along, in the opset that it came in (kept as
/// the metadata `onnx.opsets`), with the type that the file states; where it states none and the operation is unknown, the
/// file is refused. An axis without a stated size is a symbol: the text that stands there, or the value's name and the
/// axis's number.
///
/// Constants stay where they lie in the file, mapped; a file must not be shortened as long as its arena is open. Files are
/// not trusted: lengths are checked before they are used, what is read into the heap is bounded, external data must lie in
/// regular files of the model's folder, and constants that unpack to gigabytes are refused.
public final class OnnxReader {
    private static final long OLDEST_IR = 3;
    private static final long NEWEST_IR = 13;
    private static final long OLDEST_OPSET = 11;
    private static final long NEWEST_OPSET = 26;

    private OnnxReader() {
    }

    /// Reads a model.
    ///
    /// @param arena how long the graph's constants are to live
    /// @throws OnnxException if it is damaged, of another version, or asks for what Maskforge does not do
    public static Graph read(Path file, Arena arena) {
        return read(file, arena, SizeGuard.on(), Map.of());
    }

    /// Reads a model for inputs of these shapes, where it leaves sizes free: what follows from them is constant then.
    ///
    /// @param arena  how long the graph's constants are to live
    /// @param inputs the shapes that inputs are to have, by name
    /// @throws OnnxException if it is damaged, of another version, does not take such inputs, or asks for what Maskforge does
    ///                       not do
    public static Graph read(Path file, Arena arena, Map<String, Shape> inputs) {
        return read(file, arena, SizeGuard.on(), inputs);
    }

    /// Reads a model from a source that means no harm, which may make constants of any size.
    ///
    /// @param arena how long the graph's constants are to live
    /// @throws OnnxException if it is damaged, of another version, or asks for what Maskforge does not do
    public static Graph readTrusted(Path file, Arena arena) {
        return read(file, arena, SizeGuard.off(), Map.of());
    }

    /// Reads what a model states of its inputs and outputs: also of one whose inside [#read] does not understand.
    ///
    /// @throws OnnxException if it is damaged, of another version, or states no types
    public static OnnxBorder readBorder(Path file) {
        try (Arena arena = Arena.ofConfined()) {
            return opened(file, arena, SizeGuard.on(), Map.of(), GraphAssembler::border);
        }
    }

    private static Graph read(Path file, Arena arena, SizeGuard guard, Map<String, Shape> inputs) {
        return opened(file, arena, guard, inputs, OnnxReader::assembled);
    }

    private static <T> T opened(Path file, Arena arena, SizeGuard guard, Map<String, Shape> inputs, Function<GraphAssembler, T> wanted) {
        try {
            if (Files.isDirectory(file)) {
                throw new OnnxException("it is a folder", "name the .onnx file in it");
            }
            Path real = file.toRealPath();
            if (!Files.isRegularFile(real)) {
                throw new OnnxException("it is a pipe or a device", "name an .onnx file");
            }
            Path folder = real.getParent();
            return wanted.apply(assembler(map(real, arena), new ExternalData(folder == null ? real : folder, arena), guard, inputs));
        } catch (OnnxException e) {
            throw e.in(file);
        } catch (IOException e) {
            throw OnnxException.unreadable(file + " cannot be read: ", e);
        }
    }

    private static MemorySegment map(Path file, Arena arena) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        }
    }

    static Graph read(MemorySegment file, ExternalData externalData, SizeGuard guard) {
        return assembled(assembler(file, externalData, guard, Map.of()));
    }

    private static GraphAssembler assembler(MemorySegment file, ExternalData externalData, SizeGuard guard, Map<String, Shape> inputs) {
        ModelParser.Model model = new ModelParser(externalData).model(file, new Allowance());
        ModelParser.Graph graph = model.graph()
                .orElseThrow(() -> OnnxException.damaged("it is not an ONNX model, or damaged: there is no graph in it"));
        if (model.irVersion() < OLDEST_IR || model.irVersion() > NEWEST_IR) {
            throw new OnnxException("it has IR version " + model.irVersion() + ", and " + OLDEST_IR + " to " + NEWEST_IR
                    + " are known", "export it anew with IR version 8");
        }
        return new GraphAssembler(model, graph, opsets(model), guard, inputs);
    }

    private static Graph assembled(GraphAssembler assembler) {
        try {
            return Verifier.verify(assembler.assemble());
        } catch (IllegalStateException e) {
            throw OnnxException.damaged(String.valueOf(e.getMessage()), e);
        }
    }

    private static Opsets opsets(ModelParser.Model model) {
        SortedMap<String, Long> versions = new TreeMap<>(model.opsets());
        long main = versions.getOrDefault("", 0L);
        if (main < OLDEST_OPSET || main > NEWEST_OPSET) {
            throw new OnnxException((main == 0 ? "it does not say its opset" : "it has opset " + main) + ", and " + OLDEST_OPSET + " to "
                    + NEWEST_OPSET + " are known", "export it anew with opset " + OnnxWriter.OPSET);
        }
        return new Opsets(versions);
    }
}
