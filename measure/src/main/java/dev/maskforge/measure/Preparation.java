package dev.maskforge.measure;

import java.util.Locale;
import java.util.Optional;

/// What it took to make a subject ready.
///
/// @param artefactBytes size of the file that is opened to run: a checkpoint, an ONNX file, a plan
/// @param buildSeconds  to make an engine of a model, where that is done
/// @param loadSeconds   to make an engine of a file that is ready for it, where that is done
/// @param memory        how much of it was used at most, where the system says
public record Preparation(long artefactBytes, Optional<Double> buildSeconds, Optional<Double> loadSeconds, Optional<Memory> memory) {
    public Preparation {
        Checks.count("artefactBytes", artefactBytes);
        buildSeconds.ifPresent(seconds -> Checks.seconds("buildSeconds", seconds));
        loadSeconds.ifPresent(seconds -> Checks.seconds("loadSeconds", seconds));
    }

    /// A high-water mark of resident memory, pages of mapped files included.
    ///
    /// @param bytes the mark
    /// @param of    what it is the mark of
    public record Memory(long bytes, Of of) {
        public Memory {
            Checks.count("memory.bytes", bytes);
        }

        /// What a mark is of.
        public enum Of {
            /// The whole process, in which nothing else was measured.
            PROCESS,
            /// The subject alone, while it was opened and took its first pictures: what the process had before is
            /// subtracted.
            SUBJECT;

            /// Such as `subject`.
            @Override
            public String toString() {
                return name().toLowerCase(Locale.ROOT);
            }
        }
    }
}
