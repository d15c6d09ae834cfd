package dev.maskforge.models;

import dev.maskforge.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Configurations that are wrong or made to do harm. Each is refused in one line with the file, the setting and the cure.
class HostileConfigurationTest {
    @TempDir
    Path folder;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static void refused(Class<? extends RuntimeException> type, Path file, String message, Runnable read) {
        String line = String.valueOf(assertThrows(type, read::run).getMessage());
        assertTrue(line.contains(message), line);
        assertTrue(line.startsWith(file.toString()) && line.contains("; "), line);
        assertTrue(line.codePoints().noneMatch(Character::isISOControl) && line.length() < 500, line);
    }

    private static void refusedYaml(Path file, String message) {
        refused(CheckpointException.class, file, message, () -> Detectron2Configuration.read(file));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "MODEL: {MASK_FORMER: {NHEADS: eight}} | MODEL.MASK_FORMER.NHEADS is 'eight', not a whole number from 1 to 1024",
            "MODEL: {MASK_FORMER: {NHEADS: 0}}                  | NHEADS is 0,", "MODEL: {MASK_FORMER: {NHEADS: 1e9}} | not a whole number",
            "MODEL: {MASK_FORMER: {NHEADS: 8.5}}                | NHEADS is 8.5",
            "MODEL: {MASK_FORMER: {PRE_NORM: 1}} | PRE_NORM is 1, not true or false",
            "MODEL: {MASK_FORMER: [1]}                          | MODEL.MASK_FORMER is a list of 1, not settings by name",
            "MODEL: 7                                           | MODEL is 7, not settings by name",
            "MODEL: {META_ARCHITECTURE: {a: b}}                 | MODEL.META_ARCHITECTURE is a mapping, not a text",
            "INPUT: {FORMAT: RGB}\\nMODEL: {PIXEL_MEAN: [1, 2], PIXEL_STD: [1, 1, 1]} | MODEL.PIXEL_MEAN is a list of 2, not three numbers",
            "INPUT: {FORMAT: RGB}\\nMODEL: {PIXEL_MEAN: [1, 2, x], PIXEL_STD: [1, 1, 1]} | not three numbers",
            "INPUT: {FORMAT: RGB}\\nMODEL: {PIXEL_MEAN: [1, 2, 1e30], PIXEL_STD: [1, 1, 1]} | not three numbers",
            "INPUT: {FORMAT: RGB}\\nMODEL: {PIXEL_MEAN: [1, 2, 3], PIXEL_STD: [1, 0, 1]} | deviations are greater than 0",
            "INPUT: {FORMAT: RGB}\\nMODEL: {PIXEL_MEAN: [1, 2, 3]} | only one of MODEL.PIXEL_MEAN and MODEL.PIXEL_STD",
            "MODEL: {PIXEL_MEAN: [1, 2, 3], PIXEL_STD: [1, 1, 1]} | not INPUT.FORMAT, which Detectron2 then takes for BGR",
            "INPUT: {MIN_SIZE_TEST: 0}                          | INPUT.MIN_SIZE_TEST is 0, with which Detectron2 does not resize",
            "MODEL: {MASK_FORMER: {SIZE_DIVISIBILITY: -2}} | SIZE_DIVISIBILITY is -2, not a whole number from -1",
            "MODEL: {MASK_FORMER: {TEST: {SEM_SEG_POSTPROCESSING_BEFORE_INFERENCE: 1}}} | BEFORE_INFERENCE is 1, not true or false",
            "MODEL: {RESNETS: {STRIDE_IN_1X1: 1}} | MODEL.RESNETS.STRIDE_IN_1X1 is 1, not true or false",
            "INPUT: {MIN_SIZE_TEST: 2000000000} | MIN_SIZE_TEST",
            "INPUT: {MIN_SIZE_TEST: 2000}                       | the longest edge cannot be shorter",
            "DATASETS: {TEST: [[a]]}                            | DATASETS.TEST is a list of 1, not a list of names",
            "MODEL: {MASK_FORMER: {TEST: {OVERLAP_THRESHOLD: 1.01}}} | OVERLAP_THRESHOLD is 1.01, not a number from 0 to 1",
            "MODEL: {MASK_FORMER: {TEST: {OBJECT_MASK_THRESHOLD: -0.1}}} | not a number from 0 to 1",
            "MODEL: {MASK_FORMER: {TEST: {PANOPTIC_ON: 'yes'}}} | PANOPTIC_ON is 'yes', not true or false",
            "[1, 2]                                             | it holds a list of 2, not settings by name",
            "_BASE_: /etc/passwd                                | is '/etc/passwd', which is not relative to the file",
            "_BASE_: https://example.org/a.yaml                 | which is not relative", "_BASE_: C:\\a.yaml  | which is not relative",
            "_BASE_: ~/a.yaml                                   | which is not relative",
            "_BASE_: ../../../../dev/zero | which is no .yaml file",
            "_BASE_: missing.yaml                               | it builds on 'missing.yaml', which is not there; keep the files",
            "_BASE_: mine.yaml                                  | it builds on 'mine.yaml', which builds on it",
            "_BASE_: {a: b}                                     | _BASE_ is a mapping, not a list of names",
            "_BASE_: \"a\\0.yaml\"                              | which is no file name"})
    void areRefusedInOneLine(String text, String message) throws IOException {
        refusedYaml(file("mine.yaml", text.replace("\\n", "\n")), message.strip());
    }

    @Test
    void cyclesAndLongChainsEnd() throws IOException {
        Path first = file("a.yaml", "_BASE_: b.yaml");
        file("b.yaml", "_BASE_: ./c/../c.yaml");
        Path last = file("c.yaml", "_BASE_: a.yaml");
        Files.createDirectory(folder.resolve("c"));
        String line = String.valueOf(assertThrows(CheckpointException.class, () -> Detectron2Configuration.read(first)).getMessage());
        assertTrue(line.contains(last.getFileName() + ": it builds on 'a.yaml', which builds on it"), line);
        for (int i = 0; i < 17; i++) {
            file("chain" + i + ".yaml", i == 16 ? "VERSION: 2" : "_BASE_: chain" + (i + 1) + ".yaml");
        }
        Detectron2Configuration.read(folder.resolve("chain1.yaml"));
        refused(CheckpointException.class, folder.resolve("chain16.yaml"), "more than 16 files build on each other",
                () -> Detectron2Configuration.read(folder.resolve("chain0.yaml")));
    }

    /// Two bases a file would be 65,536 files at a depth of 16.
    @Test
    void trees() throws IOException {
        for (int i = 0; i < 16; i++) {
            file("tree" + i + ".yaml", i == 15 ? "VERSION: 2" : "_BASE_: [tree" + (i + 1) + ".yaml, tree" + (i + 1) + ".yaml]");
        }
        String line = String.valueOf(
                assertThrows(CheckpointException.class, () -> Detectron2Configuration.read(folder.resolve("tree0.yaml"))).getMessage());
        assertTrue(line.contains("more than 16 files"), line);
    }

    @Test
    void aBaseOfAnotherFormIsRefused() throws IOException {
        file("base.yaml", "MODEL: {MASK_FORMER: {NHEADS: 2}}");
        refusedYaml(file("mine.yaml", "_BASE_: base.yaml\nMODEL: {MASK_FORMER: none}"),
                "MODEL.MASK_FORMER is 'none', but in what it builds on a mapping");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"MODEL: {META_ARCHITECTURE: SemanticSegmentor} | it is a per-pixel baseline (SemanticSegmentor)",
            "MODEL: {META_ARCHITECTURE: VideoMaskFormer} | it is a model for video (VideoMaskFormer)",
            "DATASETS: {TEST: [ytvis_2021_val]} | it is a model for video (ytvis_2021_val)",
            "MODEL: {META_ARCHITECTURE: PanopticFPN} | its META_ARCHITECTURE is 'PanopticFPN'",
            "MODEL: {RESNETS: {STRIDE_IN_1X1: true}} | MODEL.RESNETS.STRIDE_IN_1X1 is true, and such a ResNet is not supported",
            "MODEL: {RESNETS: {RES4_DILATION: 2}} | MODEL.RESNETS.RES4_DILATION is 2",
            "MODEL: {BACKBONE: {NAME: build_resnet_backbone}, RESNETS: {RES5_DILATION: 2}} | MODEL.RESNETS.RES5_DILATION is 2",
            "MODEL: {BACKBONE: {NAME: build_resnet_deeplab_backbone}, RESNETS: {RES5_MULTI_GRID: [1, 1, 1]}} | RES5_MULTI_GRID is a list of 3",
            "INPUT: {FORMAT: BGR} | INPUT.FORMAT is 'BGR', and models that take no RGB are not supported"})
    void otherModelsAreRefusedByName(String text, String message) throws IOException {
        Path file = file("mine.yaml", text);
        refused(UnknownModelException.class, file, message, () -> Detectron2Configuration.read(file));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"[]      | it holds a list of 0", "{}      | it has no model_type",
            "{\"model_type\": 1} | model_type is 1, not a text",
            "{\"model_type\": \"maskformer\", \"id2label\": {\"0\": \"a\", \"2\": \"b\"}} | id2label has 2 names, but none for 1",
            "{\"model_type\": \"maskformer\", \"id2label\": {\"-1\": \"a\"}} | id2label has a name for '-1'",
            "{\"model_type\": \"maskformer\", \"id2label\": {\"00\": \"a\"}} | id2label has a name for '00'",
            "{\"model_type\": \"maskformer\", \"id2label\": {\"99999999999\": \"a\"}} | id2label has a name for '99999999999'",
            "{\"model_type\": \"maskformer\", \"id2label\": {\"0\": 7}} | id2label calls class 0 7",
            "{\"model_type\": \"maskformer\", \"id2label\": {\"0\": \"a\\nb\"}} | id2label calls class 0 'a?b', which has control characters",
            "{\"model_type\": \"maskformer\", \"id2label\": {\"0\": \"a\\u009b2J\"}} | id2label calls class 0 'a?2J', which has control",
            "{\"model_type\": \"maskformer\", \"id2label\": {\"0\": \"a\\u2028b\"}} | id2label calls class 0 'a?b', which has control",
            "{\"model_type\": \"maskformer\", \"id2label\": [\"a\"]} | id2label is a list of 1, not settings by name",
            "{\"model_type\": \"mask2former\", \"num_attention_heads\": 1e400} | num_attention_heads",
            "{\"model_type\": \"mask2former\", \"num_attention_heads\": -8} | num_attention_heads is -8",
            "{\"model_type\": \"mask2former\", \"pre_norm\": \"no\"} | pre_norm is 'no', not true or false",
            "{\"model_type\": \"maskformer\", \"decoder_config\": 3} | decoder_config is 3, not settings by name",
            "{\"model_type\": \"maskformer\", \"_name_or_path\": []} | _name_or_path is a list of 0, not a text"})
    void foldersAreRefusedInOneLine(String text, String message) throws IOException {
        Path file = file("config.json", text);
        refused(CheckpointException.class, file, message.strip(), () -> HuggingFaceConfiguration.read(file));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "{\"image_mean\": [0.5, 0.5], \"image_std\": [1, 1, 1]} | image_mean is a list of 2, not three numbers",
            "{\"image_mean\": 0.5, \"image_std\": [1, 1, 1]} | image_mean is 0.5, not three numbers",
            "{\"image_mean\": [0.5, 0.5, 0.5], \"image_std\": [1, 0, 1]} | deviations are greater than 0",
            "{\"image_mean\": [0.5, 0.5, 0.5], \"image_std\": [1, 1, 1], \"rescale_factor\": 0} | rescale_factor is 0, not a number above 0"})
    void preprocessorsAreRefusedInOneLine(String text, String message) throws IOException {
        Path file = file("config.json", "{\"model_type\": \"maskformer\"}");
        refused(CheckpointException.class, file("preprocessor_config.json", text), message, () -> HuggingFaceConfiguration.read(file));
    }

    @ParameterizedTest
    @CsvSource({"oneformer", "detr", "segformer", "mask2former2"})
    void otherFoldersAreRefusedByName(String kind) throws IOException {
        Path file = file("config.json", "{\"model_type\": \"" + kind + "\"}");
        refused(UnknownModelException.class, file, "it is a '" + kind + "'", () -> HuggingFaceConfiguration.read(file));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "mask2former | \"activation_function\": \"gelu\" | activation_function is 'gelu', and such a network is not supported",
            "maskformer | \"decoder_config\": {\"activation_function\": \"silu\"} | decoder_config.activation_function is 'silu'",
            "maskformer | \"backbone_config\": {\"model_type\": \"resnet\", \"hidden_act\": \"gelu\"} | backbone_config.hidden_act is 'gelu'",
            "mask2former | \"backbone_config\": {\"model_type\": \"swin\", \"hidden_act\": \"relu\"} | backbone_config.hidden_act is 'relu'",
            "maskformer | \"backbone_config\": {\"model_type\": \"maskformer-swin\", \"hidden_act\": \"gelu_new\"} | hidden_act is 'gelu_new'",
            "maskformer | \"backbone_config\": {\"model_type\": \"resnet\", \"downsample_in_bottleneck\": true} | downsample_in_bottleneck is true",
            "maskformer | \"backbone_config\": {\"model_type\": \"resnet\", \"downsample_in_first_stage\": true} | in_first_stage is true"})
    void networksThatShapesDoNotTellAreRefused(String kind, String setting, String message) throws IOException {
        Path file = file("config.json", "{\"model_type\": \"" + kind + "\", " + setting + "}");
        refused(UnknownModelException.class, file, message, () -> HuggingFaceConfiguration.read(file));
    }

    @Test
    void tooManyNamesAreRefused() throws IOException {
        Path file = file("config.json", "{\"model_type\": \"maskformer\", \"id2label\": {"
                + IntStream.rangeClosed(0, 65_536).mapToObj(i -> "\"" + i + "\":\"c" + i + "\"").collect(Collectors.joining(",")) + "}}");
        refused(CheckpointException.class, file, "id2label has 65537 names", () -> HuggingFaceConfiguration.read(file));
    }
}
