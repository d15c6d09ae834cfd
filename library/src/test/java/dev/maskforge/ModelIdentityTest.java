package dev.maskforge;

import dev.maskforge.models.MaskClassifier;
import dev.maskforge.models.ModelConfiguration;
import dev.maskforge.models.ModelConfiguration.Testing;
import dev.maskforge.models.ModelConfiguration.Training;
import dev.maskforge.models.Task;
import dev.maskforge.models.Zoo;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.SegmentationClass;
import dev.maskforge.vision.Thresholds;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// The surest source of what a model was trained for wins.
class ModelIdentityTest {
    private static final MaskClassifier MODEL = model();

    private static MaskClassifier model() {
        try (ModelFile file = ModelFile.open(Original.checkpoint("mask2former-r50"), ModelOptions.none())) {
            return file.model();
        }
    }

    private static ModelConfiguration says(Task task, String dataset, String... names) {
        ModelConfiguration none = ModelConfiguration.none();
        return new ModelConfiguration(none.network(), new Training(Optional.of(task), Optional.of(dataset), List.of(names)),
                none.testing());
    }

    private static ModelOptions options(Optional<Task> task, Optional<String> dataset, ModelConfiguration configuration) {
        return new ModelOptions(task, dataset.flatMap(Dataset::named), configuration, Optional.empty());
    }

    @Test
    void officialFilesThenConfigurationThenTheUserThenWhatLiesBesideThenTheNumberOfClasses() {
        ModelConfiguration none = ModelConfiguration.none();
        ModelOptions user = options(Optional.of(Task.INSTANCE), Optional.of("coco"), none);
        ModelConfiguration beside = says(Task.PANOPTIC, "ade20k");
        assertEquals("cityscapes semantic", identity(Optional.empty(), ModelOptions.none(), none));
        assertEquals("ade20k panoptic", identity(Optional.empty(), ModelOptions.none(), beside));
        assertEquals("coco instance", identity(Optional.empty(), user, beside));
        ModelOptions configured = options(Optional.of(Task.INSTANCE), Optional.of("coco"), says(Task.SEMANTIC, "mapillary-vistas"));
        assertEquals("mapillary-vistas semantic", identity(Optional.empty(), configured, beside));
        assertEquals("cityscapes panoptic", identity(Zoo.find("4ab90c"), configured, beside));
    }

    private static String identity(Optional<Zoo.Entry> official, ModelOptions options, ModelConfiguration beside) {
        ModelIdentity identity = ModelIdentity.of(MODEL, official, options, beside);
        return identity.dataset().name() + " " + identity.task();
    }

    @Test
    void thresholdsAndSizesAreTheDatasetsUnlessConfigured() {
        ModelIdentity official = ModelIdentity.of(MODEL, Optional.empty(),
                options(Optional.of(Task.PANOPTIC), Optional.of("mapillary-vistas"),
                        ModelConfiguration.none()),
                ModelConfiguration.none());
        assertEquals(new Thresholds(0.0, 0.8, 100), official.thresholds());
        assertEquals(new ResizeRule.ShortestEdge(2048, 2048), official.resizeRule());
        ModelConfiguration testing = new ModelConfiguration(ModelConfiguration.none().network(), ModelConfiguration.none().training(),
                new Testing(OptionalInt.of(600), OptionalInt.of(900), OptionalDouble.of(0.3), OptionalDouble.empty(), OptionalInt.of(7),
                        OptionalInt.of(1),
                        Optional.of(true)));
        ModelIdentity configured = ModelIdentity.of(MODEL, Optional.empty(), options(Optional.empty(), Optional.empty(), testing),
                ModelConfiguration.none());
        assertEquals(new Thresholds(0.3, 0.8, 7), configured.thresholds());
        assertEquals(new ResizeRule.ShortestEdge(600, 900), configured.resizeRule());
        assertEquals(1, configured.sizeDivisibility());
        assertTrue(configured.resizesMasksFirst());
        assertFalse(official.resizesMasksFirst() && official.task() == Task.SEMANTIC);
    }

    @Test
    void namesOfClassesAreTheUsersThenTheDatasetsThenThoseBeside() {
        String[] names = new String[19];
        for (int i = 0; i < names.length; i++) {
            names[i] = "beside " + i;
        }
        ModelConfiguration beside = says(Task.SEMANTIC, "coco", names);
        assertEquals("beside 3", ModelIdentity.of(MODEL, Optional.empty(), ModelOptions.none(), beside).classes().get(3).name());
        assertEquals("wall",
                ModelIdentity.of(MODEL, Optional.empty(), ModelOptions.none(), says(Task.SEMANTIC, "cityscapes", names)).classes()
                        .get(3).name());
        ModelOptions own = ModelOptions.none().withClasses(ClassList.generated(19));
        assertEquals("class 3", ModelIdentity.of(MODEL, Optional.empty(), own, beside).classes().get(3).name());
        ModelOptions few = ModelOptions.none().withClasses(ClassList.generated(7));
        MaskforgeException e = assertThrows(MaskforgeException.class, () -> ModelIdentity.of(MODEL, Optional.empty(), few, beside));
        assertTrue(String.valueOf(e.getMessage()).contains("has 7 of them, the model 19"), e.getMessage());
    }

    /// 19 classes are Cityscapes' unless their names say otherwise.
    @Test
    void namesOfOnesOwnOutweighTheirNumber() {
        String[] own = new String[19];
        Arrays.setAll(own, i -> "defect " + i);
        ModelIdentity fineTuned = ModelIdentity.of(MODEL, Optional.empty(), ModelOptions.none(), names(own));
        assertEquals("unknown semantic", fineTuned.dataset().name() + " " + fineTuned.task());
        assertEquals("defect 3", fineTuned.classes().get(3).name());
        String[] cityscapes = ClassList.ofDataset("cityscapes").orElseThrow().classes().stream().map(SegmentationClass::name)
                .toArray(String[]::new);
        assertEquals("cityscapes", ModelIdentity.of(MODEL, Optional.empty(), ModelOptions.none(), names(cityscapes)).dataset().name());
        ModelOptions given = new ModelOptions(Optional.empty(), Optional.empty(), names(own), Optional.empty());
        assertEquals("defect 3", ModelIdentity.of(MODEL, Optional.empty(), given, names(cityscapes)).classes().get(3).name());
    }

    private static ModelConfiguration names(String... names) {
        ModelConfiguration none = ModelConfiguration.none();
        return new ModelConfiguration(none.network(), new Training(Optional.empty(), Optional.empty(), List.of(names)), none.testing());
    }

    @Test
    void aMaskFormerGivesNoInstances() {
        try (ModelFile file = ModelFile.open(Original.checkpoint("maskformer-r50"), ModelOptions.none())) {
            MaskforgeException e = assertThrows(MaskforgeException.class, () -> ModelIdentity.of(file.model(), Optional.empty(),
                    ModelOptions.none().trainedFor(Task.INSTANCE), ModelConfiguration.none()));
            assertTrue(String.valueOf(e.getMessage()).contains("gives no instances"), e.getMessage());
        }
    }
}
