package dev.maskforge.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// `maskforge convert`: that the options reach the file. What the files compute is the library's to test.
class ConvertCommandTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "                                   | image float32[n, 3, 1024, 2048] -> labels uint8[n, 1024, 2048]",
            "--size 64x128                      | image float32[n, 3, 64, 128] -> labels uint8[n, 64, 128]",
            "--size free                        | image float32[n, 3, 32*h, 32*w] -> labels uint8[n, 32*h, 32*w]",
            "--size free --dataset ade20k       | image float32[n, 3, 32*h, 32*w] -> labels uint8[n, 32*h, 32*w]",
            "--dataset ade20k                   | image float32[n, 3, 32*h, 32*w] -> labels uint8[n, 32*h, 32*w]",
            "--size 64x128 --batch 2            | image float32[2, 3, 64, 128] -> labels uint8[2, 64, 128]",
            "--size 64x128 --batch free         | image float32[n, 3, 64, 128] -> labels uint8[n, 64, 128]",
            "--size 64x128 --output labels      | image float32[n, 3, 64, 128] -> labels uint8[n, 64, 128]",
            "--size 64x128 --output SCORES      | image float32[n, 3, 64, 128] -> scores float32[n, 19, 64, 128]",
            "--size 64x128 --output raw         | image float32[n, 3, 64, 128] -> pred_logits float32[n, 20, 20], pred_masks float32[n, 20, 16, 32]",
            "--size 64x128 --task panoptic      | image float32[n, 3, 64, 128] -> pred_logits float32[n, 20, 20], pred_masks float32[n, 20, 16, 32]"})
    void whatIsAskedForIsWritten(String options, String ports, @TempDir Path folder) throws IOException {
        Path target = folder.resolve("model.onnx");
        Run run = Run.of(Stream.concat(Stream.of("convert", Small.checkpoint("maskformer-r50"), "-o", target),
                options == null ? Stream.empty() : Stream.of(options.split(" +", -1))).toArray());
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        assertEquals("", run.out());
        assertEquals(3, run.errors().size(), run.err());
        assertTrue(run.errors().getFirst().startsWith("MaskFormer, ResNet-50, 20 queries, 19 classes, "), run.err());
        assertEquals(ports, run.errors().get(1));
        assertTrue(run.errors().get(2).matches(".*model\\.onnx: \\d+ nodes, \\d+\\.\\d MB, \\d+\\.\\d s"), run.err());
        assertTrue(text(target).contains("maskforge.source.md5"));
    }

    @Test
    void deformableAttentionTakesTheFormThatIsAskedFor(@TempDir Path folder) throws IOException {
        Path sampled = folder.resolve("sampled.onnx");
        Path gathered = folder.resolve("gathered.onnx");
        Path checkpoint = Small.checkpoint("mask2former-r101");
        assertEquals(ExitCode.DONE, Run.of("convert", checkpoint, "--size", "64x128", "-o", sampled).exit());
        assertEquals(ExitCode.DONE,
                Run.of("convert", checkpoint, "--size", "64x128", "-o", gathered, "--deformable-attention", "gather").exit());
        assertTrue(text(sampled).contains("GridSample"));
        assertFalse(text(gathered).contains("GridSample"));
    }

    @Test
    void quietMeansQuietAndAnOldFileIsReplaced(@TempDir Path folder) throws IOException {
        Path target = Files.writeString(folder.resolve("model.onnx"), "old");
        assertEquals(new Run(ExitCode.DONE, "", ""),
                Run.of("convert", "-q", Small.checkpoint("maskformer-r50"), "--size", "64x128", "-o", target));
        assertTrue(Files.size(target) > 1000);
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }
}
