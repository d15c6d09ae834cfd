package dev.maskforge.checkpoint;

import dev.maskforge.checkpoint.document.Document;
import dev.maskforge.checkpoint.document.Document.Empty;
import dev.maskforge.checkpoint.document.Document.Mapping;
import dev.maskforge.checkpoint.document.Document.Numeric;
import dev.maskforge.checkpoint.document.Document.Sequence;
import dev.maskforge.checkpoint.document.Document.Text;
import dev.maskforge.checkpoint.document.Document.Truth;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

/// What sound JSON and YAML files say.
class DocumentsTest {
    @TempDir
    private Path folder = Path.of("");

    private Document json(String text) throws IOException {
        return Documents.json(Files.writeString(folder.resolve("config.json"), text));
    }

    private Document yaml(String text) throws IOException {
        return Documents.yaml(Files.writeString(folder.resolve("config.yaml"), text));
    }

    private static Numeric number(String text) {
        return new Numeric(new BigDecimal(text));
    }

    @Test
    void jsonIsReadAsItStands() throws IOException {
        SequencedMap<String, Document> entries = new LinkedHashMap<>();
        entries.put("model_type", new Text("mask2former"));
        entries.put("é\n", new Text("\ud83d\ude00"));
        entries.put("numbers", new Sequence(List.of(number("1"), number("-0.5"), number("1E-4"), number("12345678901234567890"))));
        entries.put("flags", new Sequence(List.of(new Truth(true), new Truth(false), new Empty())));
        entries.put("none", new Mapping(new LinkedHashMap<>()));
        Document document = json("""
                {"model_type": "mask2former", "\\u00e9\\n": "\ud83d\ude00", "numbers": [1, -0.5, 1e-4, 12345678901234567890],
                 "flags": [true, false, null], "none": {}}
                """);
        assertEquals(new Mapping(entries), document);
        assertEquals(List.copyOf(entries.keySet()), List.copyOf(assertInstanceOf(Mapping.class, document).entries().keySet()));
    }

    @Test
    void theMarkOfUtf8IsSkipped() throws IOException {
        byte[] marked = "\ufeff{\"a\": 1}".getBytes(StandardCharsets.UTF_8);
        Mapping expected = new Mapping(new LinkedHashMap<>(Map.of("a", number("1"))));
        assertEquals(expected, Documents.json(Files.write(folder.resolve("marked.json"), marked)));
        assertEquals(expected, Documents.yaml(Files.write(folder.resolve("marked.yaml"), marked)));
    }

    @Test
    void detectron2sConfigurationIsReadAsItStands() throws IOException {
        Mapping document = assertInstanceOf(Mapping.class, yaml("""
                _BASE_: ../Base-Cityscapes.yaml
                MODEL:
                  META_ARCHITECTURE: "MaskFormer"
                  PIXEL_MEAN: [123.675, 116.280, 103.530]
                  RESNETS:
                    STRIDE_IN_1X1: False  # a torchvision model
                  MASK_FORMER:
                    NHEADS: 8
                    THRESHOLD: 1e-4
                    EMPTY:
                DATASETS:
                  TEST: ("cityscapes_fine_sem_seg_val",)
                INPUT:
                  MIN_SIZE_TRAIN: !!python/object/apply:eval ["[int(x * 0.1 * 1024) for x in range(5, 21)]"]
                  SIZE: !!python/tuple [512, 1024]
                  CROP: (512, 1024)
                """));
        assertEquals(new Text("../Base-Cityscapes.yaml"), document.find("_BASE_").orElseThrow());
        assertEquals(new Text("MaskFormer"), document.find("MODEL", "META_ARCHITECTURE").orElseThrow());
        assertEquals(new Sequence(List.of(number("123.675"), number("116.280"), number("103.530"))),
                document.find("MODEL", "PIXEL_MEAN").orElseThrow());
        assertEquals(new Truth(false), document.find("MODEL", "RESNETS", "STRIDE_IN_1X1").orElseThrow());
        assertEquals(number("8"), document.find("MODEL", "MASK_FORMER", "NHEADS").orElseThrow());
        assertEquals(number("1E-4"), document.find("MODEL", "MASK_FORMER", "THRESHOLD").orElseThrow());
        assertEquals(new Empty(), document.find("MODEL", "MASK_FORMER", "EMPTY").orElseThrow());
        assertEquals(new Text("(\"cityscapes_fine_sem_seg_val\",)"), document.find("DATASETS", "TEST").orElseThrow());
        assertEquals(new Sequence(List.of(new Text("[int(x * 0.1 * 1024) for x in range(5, 21)]"))),
                document.find("INPUT", "MIN_SIZE_TRAIN").orElseThrow());
        assertEquals(new Sequence(List.of(number("512"), number("1024"))), document.find("INPUT", "SIZE").orElseThrow());
        assertEquals(new Text("(512, 1024)"), document.find("INPUT", "CROP").orElseThrow());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "1 | 1", "-7 | -7", "+7 | 7", "1.5 | 1.5", ".5 | 0.5", "1. | 1", "1e-4 | 0.0001", "-1.5E+2 | -150", "0x1F | 31", "0o17 | 15",
            "!!int 3 | 3", "!!float '3.5' | 3.5", "007 | 7"})
    void numbersOfTheCoreSchema(String text, String value) throws IOException {
        Numeric number = assertInstanceOf(Numeric.class, yaml(text));
        assertEquals(0, number.value().compareTo(new BigDecimal(value)), number.toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "'1' | 1", "\"true\" | true", "!!str 1 | 1", "! 1 | 1", "on | on", "no | no", ".inf | .inf", ".NaN | .NaN", "1_000 | 1_000",
            "12e4567890 | 12e4567890", "!!python/name:os.system | ``", "!!python/object/apply:os.system 'ls' | ls", "!local 5 | 5",
            "!!int abc | abc", "!!binary R0lG | R0lG", "1.2.3 | 1.2.3", "- | `-`"})
    void whatIsNoNumberIsText(String yaml, String text) throws IOException {
        Document document = yaml(yaml);
        assertEquals(text.equals("-") ? new Sequence(List.of(new Empty())) : new Text(text), document);
    }

    @Test
    void anAliasIsWhatItsAnchorMarks() throws IOException {
        Mapping document = assertInstanceOf(Mapping.class, yaml("a: &x [1, &y two]\nb: *x\nc: *y\nd: &x 3\ne: *x\n"));
        assertEquals(document.find("a"), document.find("b"));
        assertEquals(new Text("two"), document.find("c").orElseThrow());
        assertEquals(number("3"), document.find("e").orElseThrow());
    }
}
