package dev.maskforge.models;

import dev.maskforge.graph.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Tells which backbone a checkpoint has, from its names and shapes.
final class BackboneRecognition {
    private static final int STAGES = 4;
    /// No Swin transformer has windows of more tokens a side; positions within one take the fourth power of it.
    private static final int LARGEST_WINDOW = 32;

    private final Keys keys;

    BackboneRecognition(Keys keys) {
        this.keys = keys;
    }

    Backbone backbone() {
        return keys.has("backbone.patch_embed.") ? swinTransformer() : resNet();
    }

    private ResNet resNet() {
        ResNet.Stem stem = keys.has("backbone.stem.conv3.")
                ? new ResNet.Stem.DeepLab(keys.rows("backbone.stem.conv1.weight"), keys.rows("backbone.stem.conv2.weight"),
                        keys.rows("backbone.stem.conv3.weight"))
                : new ResNet.Stem.Basic(keys.rows("backbone.stem.conv1.weight"));
        List<ResNet.Stage> stages = new ArrayList<>();
        for (int i = 2; i <= 5; i++) {
            String stage = "backbone.res" + i + ".";
            int blocks = keys.repeated(stage);
            stages.add(new ResNet.Stage(keys.rows(stage + "0.conv1.weight"), keys.rows(stage + "0.conv3.weight"),
                    stem instanceof ResNet.Stem.DeepLab && i == 5 ? multiGrid(blocks) : Collections.nCopies(blocks, 1)));
        }
        return new ResNet(stem, stages);
    }

    /// `RES5_MULTI_GRID` of the DeepLab project, which all configurations with its stem leave at 1, 2, 4.
    private List<Integer> multiGrid(int blocks) {
        List<Integer> dilations = List.of(1, 2, 4);
        if (blocks != dilations.size()) {
            throw keys.unknown("its backbone has DeepLab's stem and " + blocks + " blocks in res5, not " + dilations.size());
        }
        return dilations;
    }

    private SwinTransformer swinTransformer() {
        if (keys.has("backbone.absolute_pos_embed")) {
            throw keys.unknown("its backbone is a Swin transformer with absolute positions (APE), which no published model has");
        }
        if (keys.has("backbone.layers.0.blocks.0.attn.logit_scale") || keys.has("backbone.layers.0.blocks.0.attn.cpb_mlp.")) {
            throw keys.unknown("its backbone is a Swin transformer of version 2, which no published model has");
        }
        long channels = keys.rows("backbone.patch_embed.proj.weight");
        List<SwinTransformer.Stage> stages = new ArrayList<>();
        for (int i = 0; i < STAGES; i++) {
            String blocks = "backbone.layers." + i + ".blocks.";
            int heads = keys.count(keys.matrix(blocks + "0.attn.relative_position_bias_table").get(1).size());
            keys.divisible(channels << i, heads);
            stages.add(new SwinTransformer.Stage(keys.repeated(blocks), heads, keys.rows(blocks + "0.mlp.fc1.weight")));
        }
        return new SwinTransformer(channels, window("backbone.layers.0.blocks.0.attn.relative_position_bias_table"), stages);
    }

    /// A window of M tokens a side has (2M - 1)² relative positions.
    private int window(String table) {
        Shape shape = keys.matrix(table);
        long side = Math.round(Math.sqrt((double) shape.get(0).size()));
        if (side * side != shape.get(0).size() || side % 2 == 0 || side > 2 * LARGEST_WINDOW - 1) {
            throw keys.unknown("'" + table + "' has " + shape.get(0) + " rows, which is no (2M - 1)² with M from 1 to " + LARGEST_WINDOW);
        }
        return (int) (side + 1) / 2;
    }
}
