package dev.maskforge;

import dev.maskforge.vision.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Who may close what, and what a conversion may not replace.
class ModelFileTest {
    @Test
    void aSegmentersFileStaysOpenAsLongAsIt() {
        Segmenter segmenter = Segmenter.open(Original.checkpoint("maskformer-r50"));
        try (Original original = Original.open("maskformer-r50", "64x128")) {
            SegmentationModel file = segmenter.model();
            assertThrows(IllegalStateException.class, file::close);
            RgbImage picture = original.picture(0);
            assertEquals(64, segmenter.segment(picture).height());
            segmenter.close();
            segmenter.close();
            file.close();
        }
    }

    @Test
    void closingTwiceIsClosing() {
        ModelFile file = ModelFile.open(Original.checkpoint("maskformer-r50"), ModelOptions.none());
        file.close();
        file.close();
    }

    @Test
    void aConversionDoesNotReplaceItsCheckpoint(@TempDir Path folder) throws IOException {
        Path copy = Files.copy(Original.checkpoint("maskformer-r50"), folder.resolve("copy.pkl"));
        try (ModelFile file = ModelFile.open(copy, ModelOptions.none())) {
            Converter.Options options = Converter.Options.standard();
            MaskforgeException e = assertThrows(MaskforgeException.class, () -> Converter.convert(file, copy, options));
            assertTrue(String.valueOf(e.getMessage()).contains("it is the checkpoint itself"), e.getMessage());
            assertThrows(MaskforgeException.class, () -> Converter.convert(file, folder, options));
        }
        assertEquals(Files.size(Original.checkpoint("maskformer-r50")), Files.size(copy));
    }
}
