package dev.maskforge.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Opens checkpoint files.
public final class Checkpoints {
    private static final List<CheckpointFormat> FORMATS = List.of( //
            new Safetensors(), //
            new TorchZip(), //
            new TorchLegacy(), //
            new NumpyPickle());

    private Checkpoints() {
    }

    /// The tensors of a checkpoint: of a file, whose format is told from its first bytes; of all files that Hugging Face's
    /// `*.index.json` names; or of a [folder][HuggingFaceFolder] with a configuration and either. Only what is needed to find
    /// the tensors is read. Close them when done.
    ///
    /// @throws CheckpointException if there is no such file, or it is none that can be read, or is damaged, or asks for more
    ///                             than a checkpoint needs
    public static Weights open(Path path) {
        Path weights = weights(path);
        return ShardIndex.isNamedAsOne(weights)
                ? ShardedWeights.open(ShardIndex.read(weights))
                : read(CheckpointFile.open(weights));
    }

    /// The files that the tensors of a checkpoint come from, in the order of their names: one, but for what is in several.
    ///
    /// @throws CheckpointException if one is missing, or an index cannot be read
    static List<Path> files(Path path) {
        Path weights = weights(path);
        return ShardIndex.isNamedAsOne(weights) ? ShardIndex.read(weights).files() : List.of(weights);
    }

    private static Path weights(Path path) {
        return Files.isDirectory(path) ? HuggingFaceFolder.of(path).weights() : path;
    }

    /// Closes the file if it is refused.
    static Weights read(CheckpointFile file) {
        try {
            return formatOf(file).read(file);
        } catch (InternalError e) {
            file.arena().close();
            throw file.truncatedSince(e);
        } catch (Throwable e) {
            file.arena().close();
            throw e;
        }
    }

    private static CheckpointFormat formatOf(CheckpointFile file) {
        for (CheckpointFormat format : FORMATS) {
            if (format.recognises(file)) {
                return format;
            }
        }
        throw file.refusal(ForeignFile.describe(file) + "; what can be read is "
                + String.join(", ", FORMATS.stream().map(CheckpointFormat::title).toList()));
    }
}
