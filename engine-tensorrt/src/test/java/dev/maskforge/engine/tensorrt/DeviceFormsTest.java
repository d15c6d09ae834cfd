package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.tensorrt.cuda.Architecture;
import dev.maskforge.engine.tensorrt.prepare.AttentionForm;
import dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm;
import dev.maskforge.engine.tensorrt.prepare.MasksForm;
import dev.maskforge.engine.tensorrt.prepare.QueriesForm;
import dev.maskforge.engine.tensorrt.prepare.SettledForms;
import dev.maskforge.engine.tensorrt.prepare.StemForm;
import dev.maskforge.engine.tensorrt.prepare.TokensForm;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class DeviceFormsTest {
    private static SettledForms settled(TensorRtOptions options, Precision precision, int architecture) {
        return new DeviceForms(options.forms(), precision, new Architecture(architecture)).with(DeformableAttentionForm.PLUGIN);
    }

    /// T4, A100, RTX 40, H100, B200, RTX 50.
    @ParameterizedTest
    @CsvSource({
            "75,  FP16, NETWORK,       NETWORK, NETWORK, NETWORK, NETWORK",
            "80,  FP16, KERNEL,        NETWORK, NETWORK, NETWORK, KERNEL",
            "89,  FP16, KERNEL,        NETWORK, NETWORK, NETWORK, KERNEL",
            "90,  FP16, KERNEL_ALWAYS, KERNEL,  KERNEL,  KERNEL,  KERNEL",
            "90,  FP32, KERNEL,        KERNEL,  KERNEL,  KERNEL,  KERNEL",
            "100, TF32, KERNEL_ALWAYS, KERNEL,  KERNEL,  NETWORK, KERNEL",
            "120, FP16, KERNEL,        NETWORK, NETWORK, NETWORK, KERNEL"})
    void usualIsWhatTheDeviceCanRun(int architecture, Precision precision, AttentionForm attention, QueriesForm queries, MasksForm masks,
            TokensForm tokens, StemForm stem) {
        SettledForms forms = settled(TensorRtOptions.standard(), precision, architecture);
        assertEquals(attention, forms.attention());
        assertEquals(queries, forms.queries());
        assertEquals(masks, forms.masks());
        assertEquals(tokens, forms.tokens());
        assertEquals(stem, forms.stem());
        assertEquals(DeformableAttentionForm.PLUGIN, forms.deformable());
    }

    @ParameterizedTest
    @CsvSource({"75", "90"})
    void theNetworksFormsAreToBeHadEverywhere(int architecture) {
        TensorRtOptions options = TensorRtOptions.standard().withAttention(AttentionForm.NETWORK).withQueries(QueriesForm.NETWORK)
                .withMasks(MasksForm.NETWORK).withTokens(TokensForm.NETWORK).withStem(StemForm.NETWORK);
        SettledForms forms = settled(options, Precision.FP16, architecture);
        assertEquals(AttentionForm.NETWORK, forms.attention());
        assertEquals(QueriesForm.NETWORK, forms.queries());
        assertEquals(MasksForm.NETWORK, forms.masks());
        assertEquals(TokensForm.NETWORK, forms.tokens());
        assertEquals(StemForm.NETWORK, forms.stem());
    }

    @ParameterizedTest
    @CsvSource({"attention", "queries", "masks", "tokens", "stem"})
    void aKernelThatTheDeviceCannotRunIsRefusedWithTheCure(String name) {
        TensorRtOptions usual = TensorRtOptions.standard();
        TensorRtOptions options = switch (name) {
            case "attention" -> usual.withAttention(AttentionForm.KERNEL);
            case "queries" -> usual.withQueries(QueriesForm.KERNEL);
            case "masks" -> usual.withMasks(MasksForm.KERNEL);
            case "tokens" -> usual.withTokens(TokensForm.KERNEL);
            default -> usual.withStem(StemForm.KERNEL);
        };
        String message = String.valueOf(assertThrows(EngineException.class, () -> settled(options, Precision.FP16, 75)).getMessage());
        assertEquals(1, message.lines().count());
        assertEquals("--setting " + name + "=network", message.substring(message.indexOf("--setting")), message);
    }
}
