package dev.maskforge.models;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import dev.maskforge.models.layer.Parameters.Usage;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// The official models are recognised by keys and shapes, and take every tensor that they have.
class OfficialCheckpointsTest {
    @ParameterizedTest
    @CsvSource(textBlock = """
            # list,                  architecture, backbone,   queries, classes, tensors, used
            mf-cityscapes-sem-R101,  MaskFormer,   ResNet-101, 100,     19,      665,     664
            mf-ade20k-sem-R50,       MaskFormer,   ResNet-50,  100,     150,     410,     409
            m2f-cityscapes-sem-R50,  Mask2Former,  ResNet-50,  100,     19,      611,     557
            m2f-cityscapes-sem-R101, Mask2Former,  ResNet-101, 100,     19,      917,     812
            m2f-mapillary-sem-R50,   Mask2Former,  ResNet-50,  100,     65,      558,     557
            """)
    void takesAllTensors(String list, String architecture, String backbone, int queries, int classes, int tensors, int used) {
        KeyList keys = KeyList.read(list);
        assertEquals(tensors, keys.types().size());
        for (UnaryOperator<String> naming : List.<UnaryOperator<String>>of(UnaryOperator.identity(), OfficialCheckpointsTest::published)) {
            CheckpointModel model = Models.recognise(keys.renamed(naming).weights());
            assertEquals(architecture, model.model().name());
            assertEquals(backbone, model.model().backbone().name());
            assertEquals(queries, model.model().queries());
            assertEquals(classes, model.model().classes());
            Usage usage = usage(model);
            assertTrue(usage.isComplete(), usage::toString);
            assertEquals(used, usage.used());
            assertEquals(tensors, usage.used() + usage.ignored().size());
        }
    }

    @Test
    void graphsHaveTheShapesOfThePaper() {
        CheckpointModel model = Models.recognise(KeyList.read("m2f-cityscapes-sem-R50").weights());
        try (Arena arena = Arena.ofConfined()) {
            var free = model.build(InputShape.free(), Output.RAW, Normalisation.IMAGENET, arena).graph();
            assertEquals("float32[n, 3, 32*h, 32*w]", free.type("image").toString());
            assertEquals("float32[n, 100, 20]", free.type("pred_logits").toString());
            assertEquals("float32[n, 100, 8*h, 8*w]", free.type("pred_masks").toString());
            var fixed = model.build(InputShape.ofSize(512, 1024).withBatch(1), Output.SCORES, Normalisation.IMAGENET, arena).graph();
            assertEquals("float32[1, 19, 512, 1024]", fixed.type("scores").toString());
            var labels = model.build(InputShape.free(), Output.LABELS, Normalisation.IMAGENET, arena).graph();
            assertEquals("uint8[n, 32*h, 32*w]", labels.type("labels").toString());
        }
    }

    @Test
    void namesOfNodesAreThoseOfTheCheckpoint() {
        CheckpointModel model = Models.recognise(KeyList.read("mf-ade20k-sem-R50").weights());
        try (Arena arena = Arena.ofConfined()) {
            var graph = model.build(InputShape.free(), Output.RAW, Normalisation.IMAGENET, arena).graph();
            List<String> names = graph.nodes().stream().map(node -> node.name()).toList();
            assertTrue(names.contains("backbone.res2.0.conv1/Conv"));
            assertTrue(names.contains("backbone.res2.0/Add"));
            assertTrue(names.contains("sem_seg_head.predictor.transformer.decoder.layers.5.multihead_attn/Attention"));
            assertTrue(graph.initializers().containsKey("sem_seg_head.pixel_decoder.mask_features.bias"));
        }
    }

    @Test
    void listsAllThatDoesNotFit() {
        KeyList keys = KeyList.read("mf-ade20k-sem-R50").without("sem_seg_head.predictor.input_proj.bias")
                .with("backbone.res4.1.conv2.weight", new TensorType(DataType.FLOAT32, Shape.of(256, 256, 1, 1)))
                .with("sem_seg_head.predictor.extra", new TensorType(DataType.FLOAT32, Shape.of(1)))
                .with("backbone.res3.0.conv1.norm.bias", new TensorType(DataType.INT64, Shape.of(128)));
        Usage usage = usage(Models.recognise(keys.weights()));
        assertEquals(List.of("'sem_seg_head.predictor.input_proj.bias' [256]"), usage.missing());
        assertEquals(List.of("'backbone.res3.0.conv1.norm.bias' is int64[128], the model wants [128]",
                "'backbone.res4.1.conv2.weight' is float32[256, 256, 1, 1], the model wants [256, 256, 3, 3]"), usage.misshapen());
        assertEquals(List.of("sem_seg_head.predictor.extra"), usage.unused());
    }

    @Test
    void refusesByNameWhatIsNotSupported() {
        KeyList keys = KeyList.read("mf-ade20k-sem-R50");
        TensorType any = new TensorType(DataType.FLOAT32, Shape.of(8, 8));
        assertRefused("Swin", keys.with("backbone.patch_embed.proj.weight", any));
        assertRefused("R101c", keys.with("backbone.stem.conv3.weight", any));
        assertRefused("transformer encoder", keys.with("sem_seg_head.pixel_decoder.transformer.encoder.layers.0.norm1.weight", any));
        assertRefused("per-pixel baseline", keys.renamed(key -> key.replace("sem_seg_head.predictor.", "sem_seg_head.other.")));
        assertRefused("Hugging Face", new KeyList("x", keys.types()).renamed(key -> "model.pixel_level_module." + key));
        assertRefused("called like none of them", keys.renamed(key -> "encoder." + key));
        assertRefused("two names", keys.with("sem_seg_head.mask_features.bias", any));
        assertRefused("layers.7.…", keys.with("sem_seg_head.predictor.transformer.decoder.layers.9.norm1.weight", any)
                .with("sem_seg_head.predictor.transformer.decoder.layers.6.norm1.weight", any));
    }

    private static void assertRefused(String reason, KeyList keys) {
        UnknownModelException e = assertThrows(UnknownModelException.class, () -> Models.recognise(keys.name(), keys.types()));
        assertTrue(String.valueOf(e.getMessage()).contains(reason), e.getMessage());
        assertEquals(1, String.valueOf(e.getMessage()).lines().count());
    }

    private static Usage usage(CheckpointModel model) {
        try (Arena arena = Arena.ofConfined()) {
            return model.build(InputShape.free(), Output.RAW, Normalisation.IMAGENET, arena).usage();
        }
    }

    /// The names in the published files: MaskFormer's pixel decoder has no prefix, Mask2Former's queries are static.
    private static String published(String key) {
        return key.replace("sem_seg_head.pixel_decoder.", "sem_seg_head.").replace("predictor.query_feat.", "predictor.static_query.");
    }
}
