package dev.maskforge.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/// What Detectron2's YAML says: the official files, and others.
class Detectron2ConfigurationTest {
    private static final Path OFFICIAL = Path.of(System.getProperty("maskforge.fixtures"), "configurations/mask2former");

    @TempDir
    Path folder;

    private ModelConfiguration read(String text) throws IOException {
        return Detectron2Configuration.read(Files.writeString(folder.resolve("mine.yaml"), text));
    }

    @ParameterizedTest
    @CsvSource({"cityscapes/semantic-segmentation/maskformer2_R50_bs16_90k, SEMANTIC, cityscapes, 1024, 2048, 0.8",
            "cityscapes/semantic-segmentation/swin/maskformer2_swin_tiny_bs16_90k, SEMANTIC, cityscapes, 1024, 2048, 0.8",
            "ade20k/instance-segmentation/maskformer2_R50_bs16_160k, INSTANCE, ade20k, 640, 2560, 0.8",
            "mapillary-vistas/panoptic-segmentation/maskformer_R50_bs16_300k, PANOPTIC, mapillary-vistas, 2048, 2048, 0.0"})
    void officialOnesAreRead(String name, Task task, String dataset, int shortest, int longest, double objectMaskThreshold) {
        assertEquals(new ModelConfiguration(
                new ModelConfiguration.Network(OptionalInt.of(8), Optional.of(false), Optional.of(Normalisation.IMAGENET)),
                new ModelConfiguration.Training(Optional.of(task), Optional.of(dataset), List.of()),
                new ModelConfiguration.Testing(OptionalInt.of(shortest), OptionalInt.of(longest), OptionalDouble.of(objectMaskThreshold),
                        OptionalDouble.of(0.8), OptionalInt.empty(), OptionalInt.of(32), Optional.empty())),
                Detectron2Configuration.read(OFFICIAL.resolve(name + ".yaml")));
    }

    @Test
    void cocosTestSizeIsNotInTheFile() {
        ModelConfiguration coco = Detectron2Configuration
                .read(OFFICIAL.resolve("coco/panoptic-segmentation/maskformer2_R50_bs16_50ep.yaml"));
        assertEquals(new ModelConfiguration.Training(Optional.of(Task.PANOPTIC), Optional.of("coco"), List.of()), coco.training());
        assertEquals(OptionalInt.empty(), coco.testing().shortestEdge());
    }

    @Test
    void videoIsRefused() {
        for (String name : List.of("video_maskformer2_R50_bs16_8ep", "Base-YouTubeVIS-VideoInstanceSegmentation")) {
            Path file = OFFICIAL.resolve("youtubevis_2019").resolve(name + ".yaml");
            String message = assertThrows(UnknownModelException.class, () -> Detectron2Configuration.read(file)).getMessage();
            assertTrue(String.valueOf(message).contains("it is a model for video"), message);
        }
    }

    /// Of whole checkouts, named by `-Dmaskforge.configurations=DIR:DIR`: by hand.
    @Test
    void allOfBothRepositoriesAreReadOrRefusedByName() throws IOException {
        String folders = System.getProperty("maskforge.configurations", "");
        assumeTrue(!folders.isEmpty(), "no checkout is named by -Dmaskforge.configurations");
        List<String> rows = new ArrayList<>();
        int read = 0;
        for (String each : folders.split(":", -1)) {
            try (Stream<Path> files = Files.walk(Path.of(each))) {
                for (Path file : files.filter(path -> path.toString().endsWith(".yaml")).sorted().toList()) {
                    String row = Path.of(each).relativize(file) + ": ";
                    try {
                        ModelConfiguration configuration = Detectron2Configuration.read(file);
                        assertTrue(configuration.training().dataset().isPresent() && configuration.training().task().isPresent(), row);
                        rows.add(row + configuration.training().dataset().get() + " " + configuration.training().task().get() + " "
                                + configuration.testing());
                        read++;
                    } catch (UnknownModelException e) {
                        rows.add(row + "refused: " + e.getMessage());
                    }
                }
            }
        }
        rows.forEach(System.out::println);
        System.out.println(read + " configurations read, " + (rows.size() - read) + " refused by name");
    }

    @Test
    void saysOnlyWhatTheFileSays() throws IOException {
        assertEquals(ModelConfiguration.none(), read("VERSION: 2\n"));
    }

    @Test
    void theWholeConfigurationThatTrainingWritesIsRead() throws IOException {
        ModelConfiguration configuration = read("""
                DATASETS:
                  TEST:
                  - coco_2017_val_100_panoptic
                INPUT:
                  FORMAT: RGB
                  MAX_SIZE_TEST: 1333
                  MIN_SIZE_TEST: 800
                  MIN_SIZE_TRAIN: !!python/object/apply:eval ["__import__('os').abort()"]
                MODEL:
                  MASK_FORMER:
                    NHEADS: 4
                    PRE_NORM: true
                    TEST: {PANOPTIC_ON: true, INSTANCE_ON: false, SEMANTIC_ON: true, OBJECT_MASK_THRESHOLD: 0.25, OVERLAP_THRESHOLD: 1,
                      SEM_SEG_POSTPROCESSING_BEFORE_INFERENCE: true}
                    SIZE_DIVISIBILITY: 0
                  META_ARCHITECTURE: MaskFormer
                  PIXEL_MEAN: (127.5, 127.5, 0)
                  PIXEL_STD: [1.0, 2, 3e0]
                TEST:
                  DETECTIONS_PER_IMAGE: 50
                """);
        assertEquals(new ModelConfiguration(
                new ModelConfiguration.Network(OptionalInt.of(4), Optional.of(true),
                        Optional.of(new Normalisation(List.of(127.5f, 127.5f, 0f), List.of(1f, 2f, 3f)))),
                new ModelConfiguration.Training(Optional.of(Task.PANOPTIC), Optional.of("coco"), List.of()),
                new ModelConfiguration.Testing(OptionalInt.of(800), OptionalInt.of(1333), OptionalDouble.of(0.25), OptionalDouble.of(1),
                        OptionalInt.of(50), OptionalInt.of(1), Optional.of(true))),
                configuration);
    }

    @ParameterizedTest
    @CsvSource({"cityscapes_fine_sem_seg_val, cityscapes, SEMANTIC", "cityscapes_fine_panoptic_val, cityscapes, PANOPTIC",
            "cityscapes_fine_instance_seg_test, cityscapes, INSTANCE", "ade20k_sem_seg_val, ade20k, SEMANTIC",
            "ade20k_panoptic_val, ade20k, PANOPTIC", "ade20k_instance_val, ade20k, INSTANCE",
            "ade20k_full_sem_seg_val, ade20k-full, SEMANTIC", "coco_2017_val, coco, INSTANCE", "coco_2017_val_100, coco, INSTANCE",
            "coco_2017_val_panoptic, coco, PANOPTIC", "coco_2017_val_100_panoptic, coco, PANOPTIC",
            "coco_2017_val_panoptic_with_sem_seg, coco, PANOPTIC", "coco_2017_test_stuff_10k_sem_seg, coco-stuff-10k, SEMANTIC",
            "mapillary_vistas_sem_seg_val, mapillary-vistas, SEMANTIC", "mapillary_vistas_panoptic_val, mapillary-vistas, PANOPTIC",
            // Fifty-three kinds of stuff and "things": no official model is trained on these.
            "coco_2017_val_panoptic_separated, ,", "my_dataset_val, ,"})
    void namesOfDatasetsAreKnown(String name, String dataset, Task task) throws IOException {
        ModelConfiguration.Training training = read("DATASETS: {TEST: '(\"" + name + "\",)'}").training();
        assertEquals(new ModelConfiguration.Training(Optional.ofNullable(task), Optional.ofNullable(dataset), List.of()), training);
    }

    @ParameterizedTest
    @CsvSource({"true, true, true, ade20k_instance_val, INSTANCE", "true, true, true, ade20k_panoptic_val, PANOPTIC",
            "true, true, true, mine, PANOPTIC", "false, true, false, mine, INSTANCE", "true, false, false, mine, SEMANTIC",
            "true, false, true, ade20k_sem_seg_val, PANOPTIC", "true, false, false, ade20k_panoptic_val, SEMANTIC"})
    void theTaskIsWhatIsOn(boolean semantic, boolean instance, boolean panoptic, String dataset, Task task) throws IOException {
        assertEquals(Optional.of(task), read("MODEL: {MASK_FORMER: {TEST: {SEMANTIC_ON: " + semantic + ", INSTANCE_ON: " + instance
                + ", PANOPTIC_ON: " + panoptic + "}}}\nDATASETS: {TRAIN: [" + dataset + "], TEST: ()}").training().task());
    }

    @ParameterizedTest
    @CsvSource({"D2SwinTransformer, -1, 32", "build_resnet_backbone, -1, 1", "mine, -1,", "D2SwinTransformer, 0, 1", "mine, 64, 64"})
    void sizesArePaddedAsTheBackboneNeeds(String backbone, int said, Integer divisibility) throws IOException {
        OptionalInt read = read("MODEL: {BACKBONE: {NAME: " + backbone + "}, MASK_FORMER: {SIZE_DIVISIBILITY: " + said + "}}").testing()
                .sizeDivisibility();
        assertEquals(divisibility == null ? OptionalInt.empty() : OptionalInt.of(divisibility), read);
    }

    /// Training writes Detectron2's own values of all settings, which are those of another ResNet, beside a Swin too.
    @Test
    void settingsOfAnotherBackboneDoNotMatter() throws IOException {
        read("MODEL: {BACKBONE: {NAME: D2SwinTransformer}, RESNETS: {STRIDE_IN_1X1: true, RES5_DILATION: 2, RES5_MULTI_GRID: [1, 2, 4]}}");
        read("MODEL: {RESNETS: {STRIDE_IN_1X1: false, RES4_DILATION: 1, RES5_DILATION: 1, RES5_MULTI_GRID: [1, 2, 4]}}");
        read("MODEL: {BACKBONE: {NAME: build_resnet_deeplab_backbone}, RESNETS: {RES5_MULTI_GRID: [1, 2, 4]}}");
        read("MODEL: {BACKBONE: {NAME: build_resnet_deeplab_backbone}}");
    }

    @Test
    void basesLieBelowTheirChildren() throws IOException {
        Files.createDirectories(folder.resolve("a/b"));
        Files.writeString(folder.resolve("base.yaml"), "MODEL: {MASK_FORMER: {NHEADS: 2, PRE_NORM: true}}\nINPUT: {MIN_SIZE_TEST: 100}\n");
        Files.writeString(folder.resolve("other.yml"), "INPUT: {MIN_SIZE_TEST: 200, MAX_SIZE_TEST: 300}\n");
        Files.writeString(folder.resolve("a/middle.yaml"), "_BASE_: [../base.yaml, ../other.yml]\nMODEL: {MASK_FORMER: {NHEADS: 4}}\n");
        Path child = Files.writeString(folder.resolve("a/b/child.yaml"), "INPUT: {MAX_SIZE_TEST: 400}\n_BASE_: ../middle.yaml\n");
        ModelConfiguration configuration = Detectron2Configuration.read(child);
        assertEquals(OptionalInt.of(4), configuration.network().heads());
        assertEquals(Optional.of(true), configuration.network().normalisesFirst());
        assertEquals(OptionalInt.of(200), configuration.testing().shortestEdge());
        assertEquals(OptionalInt.of(400), configuration.testing().longestEdge());
    }

    @Test
    void aMissingEdgeIsDetectron2s() throws IOException {
        ModelConfiguration.Testing testing = read("INPUT: {MIN_SIZE_TEST: 480}").testing();
        assertEquals(OptionalInt.of(480), testing.shortestEdge());
        assertEquals(OptionalInt.of(1333), testing.longestEdge());
    }
}
