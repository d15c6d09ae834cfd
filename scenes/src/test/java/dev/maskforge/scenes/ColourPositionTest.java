package dev.maskforge.scenes;

import dev.maskforge.vision.Size;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertTrue;

/// Scenes cannot be told by colour and place alone: they need a real model.
///
/// `-Dmaskforge.scenes=600` fits on 500 scenes of 256x512 and scores on 100 others; without it the test
/// is small.
class ColourPositionTest {
    private static final double MOST = 0.45;

    @Test
    void colourAndPlaceDoNotSuffice() {
        int scenes = Integer.getInteger("maskforge.scenes", 24);
        Size size = scenes < 100 ? new Size(64, 128) : new Size(256, 512);
        ColourPositionScore score = ColourPositionScore.of(scenes * 5 / 6, scenes / 6, size);
        System.out.printf("colour and position: mIoU %.4f on %d scenes of %s, fitted on %d%n", score.mean(), scenes / 6, size,
                scenes * 5 / 6);
        assertTrue(score.mean() <= MOST, () -> "mIoU " + score.mean());
        // It is a classifier that works: sky and road it does know.
        assertTrue(score.iou().get(0) > 0.5 && score.iou().get(10) > 0.4,
                () -> "road " + score.iou().get(0) + ", sky " + score.iou().get(10));
    }
}
