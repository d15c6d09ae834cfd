package dev.maskforge;

import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.graph.onnx.OnnxBorder;
import dev.maskforge.graph.onnx.OnnxReader;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/// An ONNX file that `convert` wrote: its metadata say what it is. Files of others do not, and are refused.
///
/// A file that gives labels or scores has put its queries together, so whatever it was trained for, it is one of semantic
/// segmentation.
public final class OnnxModelFile extends StatedModelFile {
    private OnnxModelFile(StatedModel stated) {
        super(stated);
    }

    /// Whether a path is that of an ONNX file, by its name.
    static boolean isNamed(Path path) {
        return String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT).endsWith(".onnx");
    }

    /// Opens a file. What it says of itself is what it is; of the options, only a list of classes counts.
    ///
    /// @throws MaskforgeException                     if it does not say what it is, contradicts itself, or gives nothing that
    ///                                                it was trained for
    /// @throws dev.maskforge.graph.onnx.OnnxException if it is damaged or unknown to us
    public static OnnxModelFile open(Path path, ModelOptions options) {
        OnnxBorder border = OnnxReader.readBorder(path);
        StatedModel.missing(border.metadata()).ifPresent(key -> {
            throw new MaskforgeException(path + " does not say what it is ('" + key
                    + "' is not in its metadata), as files of 'maskforge convert' do, so nothing is known of its classes; "
                    + "'maskforge optimize', 'bench' and 'compare' take the files of others");
        });
        return new OnnxModelFile(StatedModel.of(OnnxNetwork.of(path, border, Optional.empty(), 1), options, "convert"));
    }

    @Override
    MaskforgeException oneSizeAlone() {
        return new MaskforgeException(path() + " takes pictures of " + stated().fixedSize()
                + " pixels alone, into which others are fitted; leave '--size' out, or convert it with '--size free'");
    }

    Engine engine(EngineProvider provider, EngineOptions options) {
        return provider.open(path(), options);
    }
}
