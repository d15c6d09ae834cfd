package dev.maskforge.checkpoint;

import java.nio.file.Path;
import java.util.List;

/// Opens checkpoint files.
public final class Checkpoints {
    private static final List<CheckpointFormat> FORMATS = List.of(new NumpyPickle());

    private Checkpoints() {
    }

    /// The tensors of a checkpoint file, whose format is told from its first bytes. Only what is needed to find the tensors
    /// is read. Close them when done.
    ///
    /// @throws CheckpointException if there is no such file, or it is none that can be read, or is damaged, or asks for more
    ///                             than a checkpoint needs
    public static Weights open(Path path) {
        return read(CheckpointFile.open(path));
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
