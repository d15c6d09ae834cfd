package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.BuildOptions;
import dev.maskforge.engine.BuildProfile;
import dev.maskforge.engine.PlanCompiler.Compiled;
import dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

class TensorRtCompilerTest {
    private static final BuildOptions OPTIONS = BuildOptions.standard(BuildProfile.fixed(1, 64, 128)).withSetting("labels", "kernel");

    private final TensorRtCompiler compiler = new TensorRtCompiler(new TensorRtProvider(), TensorRtOptions.standard());

    @ParameterizedTest
    @EnumSource
    void aBuildAlikeIsOfTheFormThatWasChosen(DeformableAttentionForm form) {
        assertEquals(Map.of("labels", "kernel", "lowering", form.toString()),
                compiler.alike(OPTIONS, Compiled.of(form.toString())).settings());
    }

    @Test
    void whereNothingWasChosenNothingIsSet() {
        assertEquals(OPTIONS, compiler.alike(OPTIONS, Compiled.of("none")));
        assertEquals(OPTIONS, compiler.alike(OPTIONS, new Compiled(new LinkedHashMap<>())));
    }
}
