package dev.maskforge.models;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import dev.maskforge.models.layer.Parameters.Usage;
import dev.maskforge.models.layer.Residual;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
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
            # list,                         architecture, backbone,    queries, classes, tensors, used
            m2f-ade20k-sem-swin-large,      Mask2Former,  Swin-L,      100,     150,     650,     625
            m2f-cityscapes-inst-R50,        Mask2Former,  ResNet-50,   100,     8,       611,     557
            m2f-cityscapes-pan-swin-large,  Mask2Former,  Swin-L,      200,     19,      650,     625
            m2f-cityscapes-sem-R101,        Mask2Former,  ResNet-101,  100,     19,      917,     812
            m2f-cityscapes-sem-R50,         Mask2Former,  ResNet-50,   100,     19,      611,     557
            m2f-cityscapes-sem-swin-large,  Mask2Former,  Swin-L,      100,     19,      650,     625
            m2f-cityscapes-sem-swin-tiny,   Mask2Former,  Swin-T,      100,     19,      482,     469
            m2f-coco-inst-swin-base,        Mask2Former,  Swin-B,      100,     80,      650,     625
            m2f-coco-pan-R50,               Mask2Former,  ResNet-50,   100,     133,     558,     557
            m2f-mapillary-sem-R50,          Mask2Former,  ResNet-50,   100,     65,      558,     557
            mf-ade20k-pan-R50,              MaskFormer,   ResNet-50,   100,     150,     482,     481
            mf-ade20k-sem-R101c,            MaskFormer,   ResNet-101c, 100,     150,     675,     674
            mf-ade20k-sem-R50,              MaskFormer,   ResNet-50,   100,     150,     410,     409
            mf-ade20k-sem-swin-large,       MaskFormer,   Swin-L,      100,     150,     502,     477
            mf-ade20k-sem-swin-tiny,        MaskFormer,   Swin-T,      100,     150,     334,     321
            mf-cityscapes-sem-R101,         MaskFormer,   ResNet-101,  100,     19,      665,     664
            mf-cityscapes-sem-R101c,        MaskFormer,   ResNet-101c, 100,     19,      675,     674
            mf-coco-pan-R50,                MaskFormer,   ResNet-50,   100,     133,     482,     481
            mf-coco-pan-swin-tiny,          MaskFormer,   Swin-T,      100,     133,     334,     321
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
    void tooManyTensorsAreRefusedAtOnce() {
        SequencedMap<String, TensorType> types = new LinkedHashMap<>();
        TensorType any = new TensorType(DataType.FLOAT32, Shape.of(1));
        for (int i = 0; i < 1_000_000; i++) {
            types.put("model.pixel_level_module.encoder.encoder.layers.0.blocks.0.attention.self.query.x" + i, any);
        }
        KeyList keys = new KeyList("x", types);
        long started = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        assertRefused("it has 1000000 tensors, over the limit of 20000", keys);
        long nanoseconds = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - started;
        assertTrue(nanoseconds < 2_000_000_000L, nanoseconds + " ns of processor time");
    }

    @Test
    void refusesByNameWhatIsNotSupported() {
        KeyList keys = KeyList.read("mf-ade20k-sem-R50");
        TensorType any = new TensorType(DataType.FLOAT32, Shape.of(8, 8));
        KeyList swin = KeyList.read("mf-ade20k-sem-swin-tiny");
        assertRefused("APE", swin.with("backbone.absolute_pos_embed", any));
        assertRefused("version 2", swin.with("backbone.layers.0.blocks.0.attn.logit_scale", any));
        String table = "backbone.layers.0.blocks.0.attn.relative_position_bias_table";
        assertRefused("has 170 rows", swin.with(table, new TensorType(DataType.FLOAT32, Shape.of(170, 3))));
        assertRefused("has 16129 rows", swin.with(table, new TensorType(DataType.FLOAT32, Shape.of(127 * 127, 3))));
        assertRefused("96 channels do not divide into 5 heads", swin.with(table, new TensorType(DataType.FLOAT32, Shape.of(169, 5))));
        assertRefused("4 blocks in res5", KeyList.read("mf-ade20k-sem-R101c").with("backbone.res5.3.conv1.weight", any));
        assertRefused("per-pixel baseline", keys.renamed(key -> key.replace("sem_seg_head.predictor.", "sem_seg_head.other.")));
        assertRefused("per-pixel baseline", keys.renamed(key -> key.replace("predictor.transformer.", "predictor.")));
        assertRefused("PerPixelBaselinePlus", keys.without("sem_seg_head.predictor.class_embed.weight")
                .without("sem_seg_head.predictor.class_embed.bias"));
        assertRefused("Hugging Face", new KeyList("x", keys.types()).renamed(key -> "model.pixel_level_module." + key));
        assertRefused("called like none of them", keys.renamed(key -> "encoder." + key));
        assertRefused("two names", keys.with("sem_seg_head.mask_features.bias", any));
        assertRefused("layers.7.…", keys.with("sem_seg_head.predictor.transformer.decoder.layers.9.norm1.weight", any)
                .with("sem_seg_head.predictor.transformer.decoder.layers.6.norm1.weight", any));
    }

    @Test
    void configurationsGoBeforeWhatKeysTell() {
        KeyList keys = KeyList.read("m2f-cityscapes-sem-R50");
        assertEquals(8, ((Mask2Former) recognise(keys, OptionalInt.empty(), Optional.empty())).decoder().heads());
        Mask2Former configured = (Mask2Former) recognise(keys, OptionalInt.of(4), Optional.of(true));
        assertEquals(4, configured.decoder().heads());
        assertEquals(8, configured.encoder().points());
        assertEquals(Residual.PRE_NORM, configured.decoder().residual());
        UnknownModelException e = assertThrows(UnknownModelException.class, () -> recognise(keys, OptionalInt.of(5), Optional.empty()));
        assertTrue(String.valueOf(e.getMessage()).contains("256 channels do not divide into 5 heads"), e.getMessage());
    }

    private static MaskClassifier recognise(KeyList keys, OptionalInt heads, Optional<Boolean> normalisesFirst) {
        ModelConfiguration nothing = ModelConfiguration.none();
        return Models.recognise(keys.weights(), new ModelConfiguration(
                new ModelConfiguration.Network(heads, normalisesFirst, Optional.empty()), nothing.training(), nothing.testing())).model();
    }

    /// MaskFormer's transformer has an encoder without layers, whose final normalisation only those have that normalise first.
    @Test
    void keysTellThatMaskFormerNormalisesFirst() {
        TensorType vector = new TensorType(DataType.FLOAT32, Shape.of(256));
        KeyList keys = KeyList.read("mf-ade20k-sem-R50").with("sem_seg_head.predictor.transformer.encoder.norm.weight", vector)
                .with("sem_seg_head.predictor.transformer.encoder.norm.bias", vector);
        CheckpointModel model = Models.recognise(keys.weights());
        assertEquals(Residual.PRE_NORM, ((MaskFormer) model.model()).transformer().residual());
        assertTrue(usage(model).isComplete());
    }

    /// `ENFORCE_INPUT_PROJ`, or other channels in the pixel decoder than in the queries.
    @Test
    void projectsTheLevelsWhereTheFileHasProjections() {
        KeyList keys = KeyList.read("m2f-cityscapes-sem-R50");
        for (int level = 0; level < 3; level++) {
            String name = "sem_seg_head.predictor.input_proj." + level;
            keys = keys.with(name + ".weight", new TensorType(DataType.FLOAT32, Shape.of(256, 256, 1, 1)))
                    .with(name + ".bias", new TensorType(DataType.FLOAT32, Shape.of(256)));
        }
        Usage usage = usage(Models.recognise(keys.weights()));
        assertTrue(usage.isComplete(), usage::toString);
        assertEquals(557 + 6, usage.used());
    }

    private static void assertRefused(String reason, KeyList keys) {
        UnknownModelException e = assertThrows(UnknownModelException.class, () -> Models.recognise(keys.weights()));
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
