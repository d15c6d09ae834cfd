package dev.maskforge;

import dev.maskforge.vision.RgbImage;
import java.util.function.Function;

/// One of the two that are compared, ready to answer. It belongs to one thread.
sealed interface Side extends AutoCloseable permits CheckpointSide, OnnxSide, LabelFolderSide {
    /// Asks about a picture.
    ///
    /// @param name of its file, without folder and ending
    /// @param use  what is done with the answer while it lasts
    <T> T answer(RgbImage picture, String name, Function<Answer, T> use);

    @Override
    void close();
}
