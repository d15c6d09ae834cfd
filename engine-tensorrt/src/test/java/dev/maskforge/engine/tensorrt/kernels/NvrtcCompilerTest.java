package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.Architecture;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

@Timeout(300)
class NvrtcCompilerTest {
    private static final KernelSource SCORE_LABELS = KernelSource.of("score_labels.cu", "values.cuh", "resize.cuh")
            .with("LABEL", "unsigned char").with("CLASSES", 19);

    @Test
    void givesPtxForWhatIsNewerThanItself() {
        byte[] image = Compilations.compiler().compile(SCORE_LABELS, new Architecture(990));
        assertTrue(new String(image, StandardCharsets.US_ASCII).contains(".target"), "no PTX");
    }

    @Test
    void saysInOneLineWhatIsWrong() {
        NvrtcCompiler compiler = Compilations.compiler();
        KernelSource wrong = SCORE_LABELS.with("LABEL", "no_such_type");
        EngineException refusal = assertThrows(EngineException.class, () -> compiler.compile(wrong, new Architecture(90)));
        assertEquals(1, String.valueOf(refusal.getMessage()).lines().count(), String.valueOf(refusal.getMessage()));
        assertTrue(
                String.valueOf(refusal.getMessage()).contains("score_labels.cu(")
                        && String.valueOf(refusal.getMessage()).contains("no_such_type"),
                String.valueOf(refusal.getMessage()));
    }

    @Test
    void refusesWhatIsTooOld() {
        NvrtcCompiler compiler = Compilations.compiler();
        EngineException refusal = assertThrows(EngineException.class, () -> compiler.compile(SCORE_LABELS, new Architecture(70)));
        assertTrue(String.valueOf(refusal.getMessage()).contains("7.5"), String.valueOf(refusal.getMessage()));
    }
}
