package dev.maskforge;

import dev.maskforge.engine.Agreement.Verdict;
import dev.maskforge.engine.BuildOptions;
import dev.maskforge.engine.BuildProfile;
import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.Fault;
import dev.maskforge.engine.StandInProvider;
import dev.maskforge.engine.cache.CacheFolder;
import dev.maskforge.engine.plan.PlanCache;
import dev.maskforge.engine.plan.PlanFile;
import dev.maskforge.vision.ImageFile;
import dev.maskforge.vision.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class EngineBuilderTest {
    private static final BuildOptions OPTIONS = BuildOptions.standard(BuildProfile.fixed(1, 128, 256)).withThreads(1);

    @TempDir
    private Path folder;

    @BeforeEach
    void runOnTheDefaultEngine() {
        System.setProperty(StandInProvider.DELEGATE, "onnxruntime");
    }

    @AfterEach
    void forget() {
        System.clearProperty(StandInProvider.DELEGATE);
        System.clearProperty(StandInProvider.FAULT);
        System.clearProperty(StandInProvider.CHOOSES);
    }

    private static ModelFile model() {
        return ModelFile.open(Path.of(System.getProperty("maskforge.samples"), "models", "maskformer-resnet-cityscapes.pkl"),
                ModelOptions.none());
    }

    private static List<RgbImage> pictures() {
        RgbImage street = ImageFile.read(Path.of(System.getProperty("maskforge.samples"), "street.jpg"));
        return Collections.nCopies(4, street);
    }

    private List<String> phasesOf(ModelFile model, EngineBuilder builder) {
        List<String> phases = Collections.synchronizedList(new ArrayList<>());
        PlanCache cache = new PlanCache(new CacheFolder(folder), CacheFolder.LIMIT);
        PlanFile.Opened opened = builder.cached(model, cache, EngineBuilderTest::pictures, (name, _, _) -> phases.add(name));
        assertTrue(opened.plan().check().isPassed());
        opened.engine().close();
        return phases;
    }

    @Test
    void aPlanIsBuiltOnceAndAgainWhenItIsDamaged() throws IOException {
        EngineBuilder builder = EngineBuilder.of(StandInProvider.NAME, OPTIONS);
        try (ModelFile model = model()) {
            List<String> first = phasesOf(model, builder);
            assertTrue(first.getFirst().startsWith("building, since ") && first.getFirst().contains(" is no file"), first.toString());
            assertTrue(first.containsAll(List.of("pretending", "again with raw outputs: pretending", "asking the reference",
                    "checking raw outputs", "checking labels")), first.toString());
            assertEquals(List.of(), phasesOf(model, builder));
            Path plan = new PlanCache(new CacheFolder(folder), CacheFolder.LIMIT).path(StandInProvider.NAME, new StandInProvider().target(),
                    builder.source(model));
            Files.write(plan, new byte[]{1, 2, 3});
            assertTrue(phasesOf(model, builder).getFirst().contains(" is refused: it has 3 bytes, and "));
            try (Stream<Path> files = Files.list(plan.getParent())) {
                String name = plan.getFileName().toString();
                assertEquals(List.of(name, name + ".json", name + ".lock"),
                        files.map(file -> file.getFileName().toString()).sorted().toList());
            }
        }
    }

    /// What is checked in its raw outputs is what ships: left to itself, the second build would choose another form.
    @Test
    void theSecondBuildIsOfTheFormThatTheFirstChose() {
        System.setProperty(StandInProvider.CHOOSES, "true");
        List<String> phases = Collections.synchronizedList(new ArrayList<>());
        try (ModelFile model = model();
                PlanCandidate candidate = EngineBuilder.of(StandInProvider.NAME, OPTIONS).build(model, folder.resolve("a.plan"), pictures(),
                        (name, _, _) -> phases.add(name))) {
            assertEquals("gather", candidate.record().facts().get("lowering"));
            assertEquals(OPTIONS, candidate.record().options());
        }
        assertEquals(List.of("lowering by GATHER", "again with raw outputs: lowering by GATHER"),
                phases.stream().filter(phase -> phase.contains("lowering by")).toList());
    }

    @Test
    void aWrongPlanIsNotKept() throws IOException {
        System.setProperty(StandInProvider.FAULT, Fault.ONE_CLASS.name());
        EngineBuilder builder = EngineBuilder.of(StandInProvider.NAME, OPTIONS);
        try (ModelFile model = model()) {
            Path target = folder.resolve("a.plan");
            try (PlanCandidate candidate = builder.build(model, target, pictures(), BuildProgress.NONE)) {
                assertEquals(Verdict.FELL_SHORT, candidate.check().verdict());
            }
            try (Stream<Path> files = Files.list(folder)) {
                assertEquals(List.of(), files.toList());
            }
        }
    }

    @Test
    void fewPicturesAreRefusedBeforeTheWork() {
        try (ModelFile model = model()) {
            List<RgbImage> few = pictures().subList(0, 3);
            assertEquals("the self-check needs at least 4 pictures, and there are 3; give more",
                    assertThrows(MaskforgeException.class, () -> EngineBuilder.of(StandInProvider.NAME, OPTIONS).build(model,
                            folder.resolve("a.plan"), few, BuildProgress.NONE)).getMessage());
        }
    }
}
