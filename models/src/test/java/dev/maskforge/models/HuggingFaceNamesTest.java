package dev.maskforge.models;

import dev.maskforge.checkpoint.Weights;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.models.layer.Parameters.Usage;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Hugging Face's files have, under the names of the running model, just the tensors of Meta's files.
class HuggingFaceNamesTest {
    /// The names and shapes of every tensor that inference uses are those of Meta's list.
    @ParameterizedTest
    @CsvSource(textBlock = """
            # Hugging Face's list,                         Meta's list of the same model
            hf-maskformer-resnet50,                        mf-ade20k-sem-R50
            hf-maskformer-resnet101-cityscapes,            mf-cityscapes-sem-R101
            hf-mask2former-resnet50,                       m2f-cityscapes-sem-R50
            hf-maskformer-swin-tiny,                       mf-ade20k-sem-swin-tiny
            hf-mask2former-swin-tiny,                      m2f-cityscapes-sem-swin-tiny
            hf-mask2former-swin-tiny.saved-by-5.24,        m2f-cityscapes-sem-swin-tiny
            hf-mask2former-swin-large-200q,                m2f-cityscapes-pan-swin-large
            hf-mask2former-swin-large-200q.saved-by-5.24,  m2f-cityscapes-pan-swin-large
            """)
    void areTheTensorsOfMetasList(String list, String metas) {
        assertEquals(new TreeMap<>(forInference(KeyList.read(metas).types())),
                new TreeMap<>(forInference(inModel(KeyList.read(list)).types())));
    }

    /// Every tensor of a file has its place. `used` counts those of the network: each with three parts is one.
    @ParameterizedTest
    @CsvSource(textBlock = """
            # list,                                        architecture, backbone,   queries, classes, tensors, used, of no use
            hf-maskformer-resnet50,                        MaskFormer,   ResNet-50,  100,     150,     511,     409,  54
            hf-maskformer-resnet101-cityscapes,            MaskFormer,   ResNet-101, 100,     19,      817,     664,  105
            hf-mask2former-resnet50,                       Mask2Former,  ResNet-50,  100,     19,      647,     557,  54
            hf-maskformer-swin-tiny,                       MaskFormer,   Swin-T,     100,     150,     432,     321,  15
            hf-mask2former-swin-tiny,                      Mask2Former,  Swin-T,     100,     19,      566,     469,  13
            hf-mask2former-swin-tiny.saved-by-5.24,        Mask2Former,  Swin-T,     100,     19,      556,     469,  3
            hf-mask2former-swin-large-200q,                Mask2Former,  Swin-L,     200,     19,      782,     625,  25
            hf-mask2former-swin-large-200q.saved-by-5.24,  Mask2Former,  Swin-L,     200,     19,      760,     625,  3
            """)
    void allTensorsAreTaken(String list, String architecture, String backbone, int queries, int classes, int tensors, int used,
            int ofNoUse) {
        KeyList keys = KeyList.read(list);
        assertEquals(tensors, keys.types().size());
        CheckpointModel model = Models.recognise(keys.weights());
        assertEquals(List.of(architecture, backbone, queries, classes),
                List.of(model.model().name(), model.model().backbone().name(), model.model().queries(), model.model().classes()));
        try (Arena arena = Arena.ofConfined(); Weights _ = model.weights()) {
            Usage usage = model.build(InputShape.free(), Output.RAW, Normalisation.IMAGENET, arena).usage();
            assertTrue(usage.isComplete(), usage::toString);
            assertEquals(used, usage.used());
            assertEquals(ofNoUse, usage.ignored().size());
        }
    }

    /// What `torch.save(model.state_dict())` of version 5 holds, without the renaming that its `save_pretrained` does.
    @ParameterizedTest
    @CsvSource({"hf-maskformer-swin-tiny, mf-ade20k-sem-swin-tiny", "hf-mask2former-swin-tiny, m2f-cityscapes-sem-swin-tiny"})
    void namesInMemoryAreKnownToo(String list, String metas) {
        KeyList inMemory = KeyList.read(list).renamed(list.startsWith("hf-maskformer") ? HuggingFaceNamesTest::maskFormerInMemory
                : HuggingFaceNamesTest::mask2FormerInMemory);
        assertEquals(new TreeMap<>(forInference(KeyList.read(metas).types())),
                new TreeMap<>(forInference(inModel(inMemory).types())));
    }

    private static String maskFormerInMemory(String key) {
        return key.startsWith("model.transformer_module.") ? key.replace(".out_proj.", ".o_proj.").replace(".fc", ".mlp.fc") : key;
    }

    private static String mask2FormerInMemory(String key) {
        return key.replace("encoder.embeddings.", "encoder.swin.embeddings.").replace("encoder.encoder.", "encoder.swin.encoder.")
                .replace("attention.self.relative_position_bias_table", "attention.relative_position_bias.relative_position_bias_table")
                .replace("attention.self.query.", "attention.q_proj.").replace("attention.self.key.", "attention.k_proj.")
                .replace("attention.self.value.", "attention.v_proj.").replace("attention.output.dense.", "attention.o_proj.")
                .replace(".intermediate.dense.", ".mlp.fc1.").replace(".output.dense.", ".mlp.fc2.");
    }

    /// transformers keeps keys, values, queries in this order; the original's rows are queries, keys, values.
    @Test
    void rowsOfFusedProjectionsAreQueriesKeysValues() {
        String swin = "model.pixel_level_module.encoder.model.encoder.layers.0.blocks.1.attention.self.";
        String decoder = "model.transformer_module.decoder.layers.2.encoder_attn.";
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("model.pixel_level_module.decoder.fpn.stem.1.bias", Tensor.of(Shape.of(1), 0f));
        tensors.put(decoder + "k_proj.weight", Tensor.of(Shape.of(1, 2), 3f, 4f));
        tensors.put(decoder + "v_proj.weight", Tensor.of(Shape.of(1, 2), 5f, 6f));
        tensors.put(decoder + "q_proj.weight", Tensor.of(Shape.of(1, 2), 1f, 2f));
        tensors.put(swin + "value.bias", Tensor.of(Shape.of(1), 3f));
        tensors.put(swin + "query.bias", Tensor.of(Shape.of(1), 1f));
        tensors.put(swin + "key.bias", Tensor.of(Shape.of(1), 2f));
        Weights weights = Weights.of("a test", tensors);
        try (Weights joined = weights.joined(CheckpointNames.inModel("a test", weights.keys()))) {
            assertArrayEquals(new float[]{1, 2, 3, 4, 5, 6},
                    joined.find("sem_seg_head.predictor.transformer.decoder.layers.2.multihead_attn.in_proj_weight").orElseThrow()
                            .toFloats());
            assertArrayEquals(new float[]{1, 2, 3}, joined.find("backbone.layers.0.blocks.1.attn.qkv.bias").orElseThrow().toFloats());
            assertEquals(3, joined.keys().size());
        }
    }

    @Test
    void namesThatAreNotKnownStay() {
        Set<String> strange = Set.of("model.pixel_level_module.decoder.fpn.stem.01.bias", "model.pixel_level_module.encoder.extra.weight",
                "model.transformer_module.decoder.layers.99999.fc1.weight",
                "model.transformer_module.decoder.layers.0.self_attn.q_proj.weight",
                "model.transformer_module.decoder.layers.0.self_attn.k_proj.weight", "class_predictor.weight.more");
        assertEquals(strange, CheckpointNames.inModel("a test", strange).keySet());
    }

    @Test
    void refusesWhatIsNone() {
        assertRefused("two names, 'model.pixel_level_module.encoder.hidden_states_norms.0.bias'",
                with("hf-maskformer-swin-tiny", "model.pixel_level_module.encoder.hidden_states_norms.stage1.bias"));
        assertRefused("OneFormer", with("hf-mask2former-swin-tiny", "model.task_encoder.task_mlp.layers.0.0.weight"));
        assertRefused("base model", KeyList.read("hf-mask2former-swin-tiny").renamed(key -> key.replace("model.", "")));
    }

    private static KeyList with(String list, String key) {
        return KeyList.read(list).with(key, new TensorType(DataType.FLOAT32, Shape.of(1)));
    }

    private static void assertRefused(String reason, KeyList keys) {
        String message = String.valueOf(assertThrows(UnknownModelException.class, () -> Models.recognise(keys.weights())).getMessage());
        assertTrue(message.contains(reason), message);
        assertEquals(1, message.lines().count());
    }

    private static Weights inModel(KeyList keys) {
        return keys.weights().joined(CheckpointNames.inModel(keys.name(), keys.types().sequencedKeySet()));
    }

    private static SequencedMap<String, TensorType> forInference(SequencedMap<String, TensorType> types) {
        SequencedMap<String, TensorType> used = new LinkedHashMap<>(types);
        used.keySet().removeIf(CheckpointNames::isOfNoUse);
        return used;
    }
}
