package dev.maskforge.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

/// What Hugging Face folders say.
class HuggingFaceConfigurationTest {
    @TempDir
    Path folder;

    private static String labels(int count, String name) {
        return IntStream.range(0, count).mapToObj(i -> "\"" + i + "\": \"" + name + i + "\"").collect(Collectors.joining(", ", "{", "}"));
    }

    private ModelConfiguration read(String name, String text) throws IOException {
        Path model = Files.createDirectories(folder.resolve(name));
        return HuggingFaceConfiguration.read(Files.writeString(model.resolve("config.json"), text));
    }

    private Optional<Normalisation> normalisation(String preprocessor) throws IOException {
        Files.writeString(Files.createDirectories(folder.resolve("model")).resolve("preprocessor_config.json"), preprocessor);
        return read("model", "{\"model_type\": \"maskformer\"}").network().normalisation();
    }

    @Test
    void headsAndNormsOfMask2Former() throws IOException {
        ModelConfiguration.Network network = read("a",
                "{\"model_type\": \"mask2former\", \"num_attention_heads\": 4, \"pre_norm\": true, \"decoder_config\": {\"decoder_attention_heads\": 2}}")
                .network();
        assertEquals(new ModelConfiguration.Network(OptionalInt.of(4), Optional.of(true), Optional.empty()), network);
    }

    @Test
    void headsOfMaskFormerAreItsDecoders() throws IOException {
        assertEquals(OptionalInt.of(2), read("a",
                "{\"model_type\": \"maskformer\", \"num_attention_heads\": 4, \"decoder_config\": {\"decoder_attention_heads\": 2}}")
                .network()
                .heads());
        assertEquals(OptionalInt.of(4), read("b", "{\"model_type\": \"maskformer\", \"num_attention_heads\": 4}").network().heads());
        assertEquals(ModelConfiguration.none(), read("c", "{\"model_type\": \"maskformer\"}"));
    }

    @Test
    void namesAreInTheOrderOfTheirNumbers() throws IOException {
        ModelConfiguration.Training training = read("a",
                "{\"model_type\": \"maskformer\", \"id2label\": {\"10\": \"k\", \"2\": \"c\", \"1\": \" b\", \"0\": \"a\", \"3\": \"d\", \"4\": \"e\","
                        + " \"5\": \"f\", \"6\": \"g\", \"7\": \"h\", \"8\": \"i\", \"9\": \"j\"}}")
                .training();
        assertEquals(List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"), training.classNames());
    }

    @Test
    void placeholdersAreNoNames() throws IOException {
        assertEquals(List.of(),
                read("a", "{\"model_type\": \"maskformer\", \"id2label\": " + labels(19, "LABEL_") + "}").training().classNames());
    }

    @ParameterizedTest
    @CsvSource({"mask2former-swin-tiny-cityscapes-semantic, 19, cityscapes, SEMANTIC",
            "mask2former-swin-base-IN21k-cityscapes-instance, 8, cityscapes, INSTANCE",
            "mask2former-swin-large-coco-panoptic, 133, coco, PANOPTIC",
            "mask2former-swin-small-coco-instance, 80, coco, INSTANCE", "mask2former-swin-large-ade-panoptic, 150, ade20k, PANOPTIC",
            "mask2former-swin-large-mapillary-vistas-semantic, 65, mapillary-vistas, SEMANTIC",
            "maskformer-swin-base-coco, 133, coco, PANOPTIC",
            "maskformer-resnet50-ade, 150, ade20k, SEMANTIC", "maskformer-resnet101-coco-stuff, 171, coco-stuff-10k, SEMANTIC",
            "maskformer-resnet50-ade20k-full, 847, ade20k-full, SEMANTIC", "maskformer-resnet101-cityscapes, 19, cityscapes, SEMANTIC",
            "maskformer-resnet50-vistas, 65, mapillary-vistas, SEMANTIC",
            "mask2former-resnet-cityscapes-panoptic, 19, cityscapes, PANOPTIC",
            "mask2former-resnet50-cityscapes-panoptic, 19, cityscapes, PANOPTIC",
            // Fine-tuned on other data, and names that say nothing.
            "mask2former-swin-tiny-cityscapes-semantic, 7, ,", "my-cityscapes-model, 19, ,",
            "mask2former-convnext-cityscapes-panoptic, 19, ,"})
    void namesOfOfficialModelsSayDatasetAndTask(String name, int classes, String dataset, Task task) throws IOException {
        String kind = name.startsWith("mask2former") ? "mask2former" : "maskformer";
        String start = "{\"model_type\": \"" + kind + "\", \"id2label\": " + labels(classes, "c");
        List<Optional<?>> expected = List.of(Optional.ofNullable(dataset), Optional.ofNullable(task));
        ModelConfiguration.Training folder = read(name, start + "}").training();
        ModelConfiguration.Training named = read("model", start + ", \"_name_or_path\": \"facebook/" + name + "\"}").training();
        ModelConfiguration.Training cached = read("models--facebook--" + name + "/snapshots/0123abcd", start + "}").training();
        for (ModelConfiguration.Training training : List.of(folder, named, cached)) {
            assertEquals(expected, List.of(training.dataset(), training.task()));
            assertEquals(classes, training.classNames().size());
        }
    }

    @Test
    void theUsualNormalisationIsNotSaid() throws IOException {
        assertEquals(Optional.empty(), normalisation("{\"image_mean\": [0.485, 0.456, 0.406], \"image_std\": [0.229, 0.224, 0.225],"
                + " \"rescale_factor\": 0.00392156862745098, \"size\": {\"height\": 384}}"));
        // As some files round it: 123.675 / 255 and so on.
        assertEquals(Optional.empty(), normalisation("{\"image_mean\": [0.48500001430511475, 0.4560000002384186, 0.4059999883174896],"
                + " \"image_std\": [0.2290000021457672, 0.2240000069141388, 0.22499999403953552]}"));
        assertEquals(Optional.empty(), normalisation("{\"size_divisor\": 32}"));
    }

    @Test
    void anotherNormalisationIsOnValuesUpTo255() throws IOException {
        assertEquals(Optional.of(new Normalisation(List.of(127.5f, 127.5f, 0f), List.of(127.5f, 255f, 51f))),
                normalisation("{\"image_mean\": [0.5, 0.5, 0], \"image_std\": [0.5, 1, 0.2]}"));
        assertEquals(Optional.of(new Normalisation(List.of(1f, 2f, 3f), List.of(4f, 5f, 6f))),
                normalisation("{\"image_mean\": [1, 2, 3], \"image_std\": [4, 5, 6], \"do_rescale\": false}"));
        assertEquals(Optional.of(new Normalisation(List.of(0f, 0f, 0f), List.of(255f, 255f, 255f))),
                normalisation("{\"image_mean\": [0.5, 0.5, 0.5], \"image_std\": [0.5, 0.5, 0.5], \"do_normalize\": false}"));
    }
}
