package dev.maskforge.cli.bench;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

class NetworkPartTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            normalisation/Sub                                                                   | picture
            backbone.stem.conv1/Conv                                                            | backbone, stem
            backbone.stem/MaxPool                                                               | backbone, stem
            backbone.res2.0.conv1/Conv                                                          | backbone, stage 2
            backbone.layers.0.blocks.1.attn.qkv/Linear                                          | backbone, stage 0
            backbone.norm3/LayerNormalization                                                   | backbone, stage 3
            sem_seg_head.pixel_decoder.input_proj.0.0/Conv                                      | pixel decoder, encoder inputs
            sem_seg_head.pixel_decoder.transformer.positions/Add_3                              | pixel decoder, encoder inputs
            sem_seg_head.pixel_decoder.transformer.encoder.layers.5.self_attn/DeformableAttention | pixel decoder, encoder layer 5
            sem_seg_head.pixel_decoder.adapter_1/Conv                                           | pixel decoder, feature pyramid
            sem_seg_head.pixel_decoder.mask_features/Conv                                       | pixel decoder, feature pyramid
            sem_seg_head.predictor.transformer_cross_attention_layers.8.multihead_attn/Attention | transformer decoder, layer 8
            sem_seg_head.predictor.transformer_ffn_layers.0.linear1/Linear                      | transformer decoder, layer 0
            sem_seg_head.predictor.transformer.decoder.layers.2.norm1/LayerNormalization        | transformer decoder, layer 2
            sem_seg_head.predictor.mask_embed.layers.0/Linear                                   | transformer decoder, masks and classes
            sem_seg_head.predictor/MatMul_2                                                     | transformer decoder, masks and classes
            head/SemanticLabels                                                                 | head
            headless/Add                                                                        | other
            __myl_Fc_1                                                                          | other
            """)
    void namesTellParts(String node, String part) {
        assertEquals(part, NetworkPart.ofNode(node));
    }

    @Test
    void whatIsFusedBelongsWhereMostOfItDoes() {
        assertEquals("backbone, stage 3",
                NetworkPart.ofNodes(List.of("backbone.res2.0/Add", "backbone.res3.0/Add", "backbone.res3.1/Add")));
        assertEquals("backbone, stage 2", NetworkPart.ofNodes(List.of("unknown", "backbone.res2.0/Add", "backbone.res3.0/Add")));
        assertEquals("other", NetworkPart.ofNodes(List.of("unknown")));
        assertEquals("other", NetworkPart.ofNodes(List.of()));
    }
}
