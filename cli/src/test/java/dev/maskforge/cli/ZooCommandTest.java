package dev.maskforge.cli;

import dev.maskforge.models.Zoo;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// `maskforge zoo`
class ZooCommandTest {
    @Test
    void listsAll() {
        Run run = Run.of("zoo");
        assertEquals(ExitCode.DONE, run.exit());
        assertEquals("", run.err());
        List<String> lines = run.out().lines().toList();
        assertEquals(1 + 71 + 1, lines.size());
        assertEquals("38c00c  MaskFormer   cityscapes        semantic  R101          mIoU  78.5  "
                + "https://dl.fbaipublicfiles.com/maskformer/semantic-cityscapes/maskformer_R101_bs16_90k/model_final_38c00c.pkl"
                + "  facebook/maskformer-resnet101-cityscapes", lines.get(1));
        assertTrue(lines.getLast().startsWith("71 models, weights under CC BY-NC 4.0"), lines.getLast());
        assertEquals(new Run(ExitCode.DONE, "", ""), Run.of("zoo", "-q"));
    }

    @ParameterizedTest
    @CsvSource({"38c00c, 1", "38c00c3f5cd4, 1", "38c, 1", "model_final_38c00c.pkl, 1", "downloads/model_final_38c00c.pkl, 1",
            "MASKFORMER, 24",
            "mask2former, 47", "maskformer2_R50_bs16_90k, 3", "maskformer2_R50_bs16_90k.yaml, 3", "instance, 15", "Swin-L, 12",
            "coco-panoptic, 5", "mask2former cityscapes swin-t, 3", "facebook/mask2former-swin-tiny-coco-instance, 1"})
    void listsWhatIsAskedFor(String names, int models) {
        String[] words = ("zoo " + names + " --json").split(" ");
        Run run = Run.of((Object[]) words);
        assertEquals(ExitCode.DONE, run.exit(), run.err());
        assertEquals(models, new JsonMapper().readTree(run.out()).get("models").size());
    }

    @Test
    void saysTheSameToMachines() {
        JsonNode answer = new JsonMapper().readTree(Run.of("zoo", "--json", "-q").out());
        assertEquals("CC BY-NC 4.0", answer.get("licence").asString());
        assertEquals(71, answer.get("models").size());
        for (JsonNode model : answer.get("models")) {
            Zoo.Entry entry = Zoo.find(model.get("md5").asString()).orElseThrow();
            assertEquals(entry.address(), model.get("address").asString());
            assertEquals(entry.published(), model.get("published").asDouble());
            assertEquals(entry.task().toString(), model.get("task").asString());
            assertEquals(entry.huggingFace().isPresent(), model.has("huggingFace"));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "citiscapes | no official model is called 'citiscapes'; did you mean 'cityscapes'?",
            "38c00d | no official model is called '38c00d'; did you mean '38c00c'?",
            "mask2fromer | no official model is called 'mask2fromer'; did you mean 'Mask2Former'?",
            "34112b | '34112b' is not supported: it is a model for video;",
            "ytvis | 'ytvis' is not supported: it is a model for video;",
            "model_final_1043f3.pkl | 'model_final_1043f3.pkl' is not supported: it is a per-pixel baseline, which has no queries;",
            "maskformer instance | no official model is called all of 'maskformer instance'"})
    void saysWhyThereIsNone(String names, String message) {
        Run run = Run.of((Object[]) ("zoo " + names).split(" "));
        assertEquals(ExitCode.FAILED, run.exit());
        assertEquals("", run.out());
        assertEquals(1, run.errors().size(), run.err());
        assertTrue(run.err().startsWith("maskforge: " + message), run.err());
    }

    @Test
    void longAndOddNamesAreNotHarmful() {
        Run run = Run.of("zoo", "x".repeat(100_000));
        assertEquals(ExitCode.FAILED, run.exit());
        assertEquals(1, run.errors().size());
        assertTrue(run.err().length() < 300, run.err());
        assertTrue(Run.of("zoo", "a\33[31mb\nc").err().contains("\\u001b[31mb\\u000ac"));
    }
}
