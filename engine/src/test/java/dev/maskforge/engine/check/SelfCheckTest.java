package dev.maskforge.engine.check;

import dev.maskforge.engine.Agreement.Verdict;
import dev.maskforge.engine.BuildProfile.Range;
import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Fault;
import dev.maskforge.engine.LayerComparison;
import dev.maskforge.engine.LayerComparison.Subject;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.ReferenceEngineProvider;
import dev.maskforge.engine.StandInProvider;
import dev.maskforge.engine.ToyNetwork;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class SelfCheckTest {
    private static final EngineProvider REFERENCE = new ReferenceEngineProvider();
    private static final EngineOptions OPTIONS = EngineOptions.standard().withThreads(1);
    private static final List<Tensor> PICTURES = ToyNetwork.pictures(5, 32, 96);

    private static CheckResult check(Fault fault, Range batch, List<Tensor> pictures, BuildProgress progress) {
        EngineProvider faulty = new StandInProvider(REFERENCE, fault);
        try (Engine reference = REFERENCE.build(ToyNetwork.raw(), OPTIONS);
                Engine raw = faulty.build(ToyNetwork.raw(), OPTIONS);
                Engine labels = faulty.build(ToyNetwork.labels(), OPTIONS)) {
            return new SelfCheck(reference, REFERENCE, OPTIONS, "pred_logits", "pred_masks", raw, Optional.of(labels), batch,
                    Gate.of(Precision.FP32),
                    Optional.of((inputs, bound) -> LayerComparison.run(new Subject(ToyNetwork.raw(), REFERENCE, OPTIONS, inputs),
                            new Subject(ToyNetwork.raw(), faulty, OPTIONS, inputs), bound)))
                    .run(pictures.stream().map(picture -> CheckPicture.of("image", picture)).toList(), progress);
        }
    }

    private static CheckResult check(Fault fault) {
        return check(fault, new Range(1, 1, 3), PICTURES, BuildProgress.NONE);
    }

    @Test
    void aSoundEnginePasses() {
        CheckResult result = check(Fault.NONE);
        assertEquals(Verdict.PASSED, result.verdict(), result::toString);
        assertEquals(List.of(), result.findings());
        assertEquals(List.of("raw outputs, batch 1", "raw outputs, batch 3", "labels, batch 1", "labels, batch 3"),
                result.parts().stream().map(CheckPart::name).toList());
        assertEquals(Optional.empty(), result.layers());
        // Five pictures of 32x96 alone, and two batches of three.
        assertEquals(5 * 32 * 96, result.parts().getFirst().agreement().total().pixels());
        assertEquals(6 * 32 * 96, result.parts().get(1).agreement().total().pixels());
        result.worstErrors().forEach(error -> System.out.println("self-check of the reference by itself: " + error));
    }

    @ParameterizedTest
    @EnumSource(value = Fault.class, names = {"WRONG_BATCH", "ONE_CLASS", "NOT_A_NUMBER"})
    void catchesByName(Fault fault) {
        CheckResult result = check(fault);
        result.findings().forEach(finding -> System.out.println(fault + ": " + finding));
        assertEquals(Verdict.FELL_SHORT, result.verdict(), result::toString);
        String findings = String.join("\n", result.findings());
        switch (fault) {
            case WRONG_BATCH -> {
                assertTrue(findings.contains("labels, batch 3: "), findings);
                assertTrue(findings.contains("raw outputs, batch 3: "), findings);
                assertEquals(List.of(Verdict.PASSED, Verdict.FELL_SHORT, Verdict.PASSED, Verdict.FELL_SHORT),
                        result.parts().stream().map(part -> part.verdict(result.gate())).toList());
                assertTrue(findings.contains("output pred_masks"), findings);
                assertTrue(result.parts().get(1).worst().place() > 0, () -> result.parts().get(1).worst().toString());
            }
            case ONE_CLASS -> {
                assertTrue(findings.contains("labels, batch 1: "), findings);
                assertTrue(findings.contains("output pred_logits"), findings);
                assertTrue(findings.contains("layer pred_logits"), findings);
            }
            default -> assertTrue(findings.contains("raw outputs, batch 1: 'pred_logits' has values that are not finite"), findings);
        }
    }

    @Test
    void aReferenceThatSeesOneClassSaysNothing() {
        Tensor red = ToyNetwork.pictures(1, 32, 32).getFirst();
        float[] planes = new float[red.toFloats().length];
        Arrays.fill(planes, 0, planes.length / 3, 250f);
        List<Tensor> alike = new ArrayList<>();
        for (int i = 0; i < SelfCheck.FEWEST_PICTURES; i++) {
            alike.add(Tensor.of(Shape.of(1, 3, 32, 32), planes));
        }
        CheckResult result = check(Fault.NONE, Range.fixed(1), alike, BuildProgress.NONE);
        assertEquals(Verdict.INCONCLUSIVE, result.verdict());
        assertTrue(result.findings().getFirst().startsWith("raw outputs, batch 1: inconclusive, the reference sees 1 classes"),
                result.findings()::toString);
    }

    @Test
    void picturesOfSeveralSizesShareNoBatch() {
        List<Tensor> mixed = new ArrayList<>(PICTURES);
        mixed.add(ToyNetwork.pictures(1, 64, 32).getFirst());
        assertEquals(Verdict.PASSED, check(Fault.NONE, new Range(2, 2, 4), mixed, BuildProgress.NONE).verdict());
    }

    @Test
    void fewerPicturesThanFourAreLuck() {
        assertEquals("a self-check takes at least 4 pictures, not 3", assertThrows(IllegalArgumentException.class,
                () -> check(Fault.NONE, Range.fixed(1), PICTURES.subList(0, 3), BuildProgress.NONE)).getMessage());
    }

    @Test
    void isCancelled() {
        BuildProgress cancelled = new BuildProgress() {
            @Override
            public void phase(String name, int step, int steps) {
                // not of interest
            }

            @Override
            public boolean isCancelled() {
                return true;
            }
        };
        assertEquals("the self-check was cancelled",
                assertThrows(EngineException.class, () -> check(Fault.NONE, Range.fixed(1), PICTURES, cancelled)).getMessage());
    }

    @Test
    void gatesAreThoseOfTheDesign() {
        assertEquals(List.of(0.9999, 0.999, 0.999, 0.99),
                List.of(Precision.FP32, Precision.TF32, Precision.FP16, Precision.INT8).stream().map(Gate::of).map(Gate::agreement)
                        .toList());
    }
}
