package dev.maskforge;

import dev.maskforge.vision.RgbImage;
import java.util.function.Function;

/// A checkpoint on an engine.
record CheckpointSide(Segmenter segmenter) implements Side {
    @Override
    public <T> T answer(RgbImage picture, String name, Function<Answer, T> use) {
        return segmenter.predict(picture, prediction -> use.apply(Answer.of(prediction.labelsWithMargins(), prediction.outputs())));
    }

    @Override
    public void close() {
        segmenter.close();
    }
}
