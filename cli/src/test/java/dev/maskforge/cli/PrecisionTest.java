package dev.maskforge.cli;

import dev.maskforge.vision.PngFile;
import dev.maskforge.vision.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// `--precision int8`, on the sample models and scenes that neither training nor calibration saw.
class PrecisionTest {
    private static final Size SIZE = new Size(128, 256);
    private static final int SCENES = 4;
    private static final long CALIBRATION = 3_000_000;
    private static final long HELD_OUT = 1_000_000;

    @TempDir
    private Path folder;

    private Path calibration;
    private Path pictures;

    @BeforeEach
    void drawScenes() throws IOException {
        calibration = draw("calibration", CALIBRATION);
        pictures = draw("pictures", HELD_OUT);
    }

    private Path draw(String name, long firstSeed) throws IOException {
        Path target = Files.createDirectories(folder.resolve(name));
        for (long seed = firstSeed; seed < firstSeed + SCENES; seed++) {
            PngFile.write(SampleScene.draw(seed, SIZE).image(), target.resolve(seed + ".png"));
        }
        return target;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void int8GivesFloat32sClasses(int sample) {
        Path checkpoint = Samples.models().get(sample).checkpoint();
        Run run = Run.of("compare", checkpoint, checkpoint, pictures, "--precision-b", "int8", "--calibration", calibration, "--size", SIZE,
                "--min-agreement", "0.99", "--json");
        JsonNode answer = new JsonMapper().readTree(run.out());
        System.out.println(checkpoint.getFileName() + " in int8 on held-out scenes: " + answer.get("agreement"));
        assertEquals(0, run.exit(), run.err());
    }

    @Test
    void aFileInInt8SaysSoAndRunsLikeAnyOther() {
        Path checkpoint = Samples.models().getFirst().checkpoint();
        Path file = folder.resolve("int8.onnx");
        Run run = Run.of("convert", checkpoint, "-o", file, "--size", SIZE, "--precision", "int8", "--calibration", calibration);
        assertEquals(0, run.exit(), run.err());
        assertTrue(run.err().contains("int8 agrees with fp32 on them: 9"), run.err());
        Run compared = Run.of("compare", checkpoint, file, pictures, "--min-agreement", "0.99");
        System.out.println("an int8 file in ONNX Runtime: " + compared.err().lines().filter(line -> line.startsWith("4/4")).findFirst());
        assertEquals(0, compared.exit(), compared.err() + compared.out());
        Run inspected = Run.of("inspect", file);
        assertTrue(inspected.exit() != 0 || inspected.out().contains("int8"), inspected.out());
    }

    /// Weights that mean nothing give one class everywhere: that says nothing of int8.
    @Test
    void whatCannotBeToldEndsWithThree() {
        Path target = folder.resolve("out");
        Run run = Run.of("segment", Small.checkpoint("maskformer-r50"), pictures, "-o", target, "--size", "64x64", "--precision", "int8",
                "--calibration", calibration);
        assertEquals(3, run.exit(), run.err());
        assertTrue(run.err().contains("int8"), run.err());
        assertTrue(Files.exists(target), "the pictures are done all the same");
    }

    @Test
    void whatIsNoPrecisionIsAMistakeOfUse() {
        Run run = Run.of("segment", Small.checkpoint("maskformer-r50"), pictures, "-o", folder, "--precision", "int4");
        assertEquals(2, run.exit(), run.err());
        assertTrue(run.err().contains("--precision"), run.err());
    }

    @Test
    void aFolderWithoutPicturesIsSaid() throws IOException {
        Path empty = Files.createDirectories(folder.resolve("empty"));
        Run run = Run.of("segment", Small.checkpoint("maskformer-r50"), pictures, "-o", folder.resolve("out"), "--precision", "int8",
                "--calibration", empty);
        assertEquals(1, run.exit(), run.err());
        assertTrue(run.err().contains("empty"), run.err());
    }
}
