package dev.maskforge.models;

import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Value;
import dev.maskforge.models.layer.Layer;
import dev.maskforge.models.layer.Layers;
import dev.maskforge.models.layer.Scope;
import java.util.ArrayList;
import java.util.List;

/// "Deep Residual Learning for Image Recognition" with bottlenecks, as Detectron2 builds it (modeling/backbone/resnet.py):
/// the stride sits in the 3x3 convolution (`STRIDE_IN_1X1: False`), convolutions have no bias.
///
/// @param stem   channels of the 7x7 convolution
/// @param stages res2 to res5
public record ResNet(long stem, List<Stage> stages) implements Backbone {
    public ResNet {
        stages = List.copyOf(stages);
    }

    /// Blocks that share a width.
    ///
    /// @param blocks     their number
    /// @param bottleneck channels of the 3x3 convolutions
    /// @param channels   channels that come out
    public record Stage(int blocks, long bottleneck, long channels) {}

    /// The four maps res2 to res5, at strides 4, 8, 16 and 32.
    @Override
    public List<Value> features(Scope s, Value image) {
        Value x = s.in("stem", stem -> stem(stem, image));
        List<Value> features = new ArrayList<>();
        for (int i = 0; i < stages.size(); i++) {
            x = stage(s, "res" + (i + 2), stages.get(i), i == 0 ? 1 : 2, x);
            features.add(x);
        }
        return features;
    }

    private Value stem(Scope s, Value image) {
        return s.builder().add(new Operation.MaxPool(3, 2, 1), s.call("conv1", convolution(stem, 7, 2), image).relu());
    }

    private static Value stage(Scope s, String name, Stage stage, int stride, Value x) {
        for (int block = 0; block < stage.blocks(); block++) {
            x = s.call(name, block, bottleneck(stage, block == 0 ? stride : 1, block == 0), x);
        }
        return x;
    }

    /// x + F(x), figure 5 right of the paper; the first block of a stage projects x to the new shape.
    private static Layer bottleneck(Stage stage, int stride, boolean projects) {
        return (s, x) -> {
            Value y = s.call("conv1", convolution(stage.bottleneck(), 1, 1), x).relu();
            y = s.call("conv2", convolution(stage.bottleneck(), 3, stride), y).relu();
            y = s.call("conv3", convolution(stage.channels(), 1, 1), y);
            Value shortcut = projects ? s.call("shortcut", convolution(stage.channels(), 1, stride), x) : x;
            return y.add(shortcut).relu();
        };
    }

    private static Layer convolution(long channels, int kernel, int stride) {
        return Layers.normalised(Layers.convolution(channels, kernel, stride), Layers::batchNormalisation);
    }

    /// `ResNet-50` or `ResNet-101` by the numbers of blocks, else with the numbers spelled out.
    @Override
    public String name() {
        List<Integer> blocks = stages.stream().map(Stage::blocks).toList();
        if (blocks.equals(List.of(3, 4, 6, 3))) {
            return "ResNet-50";
        }
        return blocks.equals(List.of(3, 4, 23, 3)) ? "ResNet-101" : "ResNet " + blocks;
    }
}
