package dev.maskforge.checkpoint;

/// A kind of checkpoint file. [Checkpoints] asks each whether it recognises the first bytes; names of files do not count.
interface CheckpointFormat {
    /// What users call it, with the usual ending.
    String title();

    boolean recognises(CheckpointFile file);

    /// The file's tensors. The file closes with them, or by whoever opened it if this throws.
    ///
    /// @throws CheckpointException if it is damaged, or holds what no checkpoint needs
    Weights read(CheckpointFile file);
}
