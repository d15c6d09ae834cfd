package dev.maskforge.checkpoint;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.maskforge.checkpoint.document.Document;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertTrue;

/// Any bytes are a document or are refused in one line, and what was read is a tree of bounded depth.
class DocumentFuzzTest {
    private static final Path FILE = Path.of("hostile");

    static Stream<byte[]> jsons() {
        return Stream.of(
                "{\"model_type\": \"mask2former\", \"id2label\": {\"0\": \"road\"}, \"a\": [1, -2.5e3, true, false, null, \"\\u00e9\"]}",
                "{\"metadata\": {\"total_size\": 12}, \"weight_map\": {\"a.weight\": \"model-00001-of-00002.safetensors\"}}")
                .map(DocumentFuzzTest::bytes);
    }

    static Stream<byte[]> yamls() {
        return Stream.of("""
                _BASE_: Base.yaml
                MODEL:
                  PIXEL_MEAN: [123.675, 116.280, 0x1F, 0o7]
                  NAME: "build\\x41\\u00e9 \\
                    more"
                  FLAG: False
                  NONE: ~
                TRAIN: ("a_train", )
                EVAL: !!python/object/apply:eval ["[int(x) for x in range(5, 21)]"]
                """, """
                %YAML 1.2
                %TAG !e! tag:example.com,2000:
                --- !e!map
                a: &a { b: 'it''s', ? c : !local d, e }
                f: *a
                g: |+2
                    kept
                  text
                h: >-
                  folded

                  text
                ? i
                : - - 1
                    - 2
                  - !!str 3 # why
                ...
                """).map(DocumentFuzzTest::bytes);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @MethodSource("jsons")
    @FuzzTest(maxDuration = "10m")
    void json(byte[] file) {
        try {
            check(Documents.json(FILE, file), 0);
        } catch (CheckpointException refusal) {
            Refusals.checked(refusal, FILE);
        }
    }

    @MethodSource("yamls")
    @FuzzTest(maxDuration = "10m")
    void yaml(byte[] file) {
        try {
            check(Documents.yaml(FILE, file), 0);
        } catch (CheckpointException refusal) {
            Refusals.checked(refusal, FILE);
        }
    }

    private static void check(Document document, int depth) {
        assertTrue(depth <= 100, "depth");
        switch (document) {
            case Document.Mapping(var entries) -> entries.values().forEach(each -> check(each, depth + 1));
            case Document.Sequence(var elements) -> elements.forEach(each -> check(each, depth + 1));
            case Document.Numeric(var value) -> assertTrue(value.toBigInteger().bitLength() < 2000, "size");
            case Document.Text _,Document.Truth _,Document.Empty _ -> {
            }
        }
    }
}
