package dev.maskforge.models;

import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Value;
import dev.maskforge.models.layer.Layer;
import dev.maskforge.models.layer.Layers;
import dev.maskforge.models.layer.Scope;
import java.util.ArrayList;
import java.util.List;

/// "Deep Residual Learning for Image Recognition" with bottlenecks, as Detectron2 builds it (modeling/backbone/resnet.py,
/// and projects/DeepLab for the variant "c"): the stride sits in the 3x3 convolution (`STRIDE_IN_1X1: False`),
/// convolutions have no bias.
///
/// @param stem   what comes before res2
/// @param stages res2 to res5
public record ResNet(Stem stem, List<Stage> stages) implements Backbone {
    public ResNet {
        stages = List.copyOf(stages);
    }

    /// `[N, 3, H, W] -> [N, C, H/4, W/4]`.
    public sealed interface Stem {
        /// One 7x7 convolution.
        record Basic(long channels) implements Stem {}

        /// Three 3x3 convolutions (ResNet-C of "Bag of Tricks for Image Classification with Convolutional Neural Networks").
        record DeepLab(long first, long second, long third) implements Stem {}
    }

    /// Blocks that share a width.
    ///
    /// @param bottleneck channels of the 3x3 convolutions
    /// @param channels   channels that come out
    /// @param dilations  of the 3x3 convolutions, block by block
    public record Stage(long bottleneck, long channels, List<Integer> dilations) {
        public Stage {
            dilations = List.copyOf(dilations);
        }
    }

    /// The four maps res2 to res5, at strides 4, 8, 16 and 32.
    @Override
    public List<Value> features(Scope s, Value image) {
        Value x = s.in("stem", inner -> stem(inner, image));
        List<Value> features = new ArrayList<>();
        for (int i = 0; i < stages.size(); i++) {
            x = stage(s, "res" + (i + 2), stages.get(i), i == 0 ? 1 : 2, x);
            features.add(x);
        }
        return features;
    }

    private Value stem(Scope s, Value image) {
        Value x = switch (stem) {
            case Stem.Basic(long channels) -> s.call("conv1", convolution(channels, 7, 2), image).relu();
            case Stem.DeepLab(long first, long second, long third) -> {
                Value y = s.call("conv1", convolution(first, 3, 2), image).relu();
                y = s.call("conv2", convolution(second, 3, 1), y).relu();
                yield s.call("conv3", convolution(third, 3, 1), y).relu();
            }
        };
        return s.builder().add(new Operation.MaxPool(3, 2, 1), x);
    }

    private static Value stage(Scope s, String name, Stage stage, int stride, Value x) {
        for (int block = 0; block < stage.dilations().size(); block++) {
            x = s.call(name, block, block == 0 ? projecting(stage, stride) : bottleneck(stage, block), x);
        }
        return x;
    }

    /// x + F(x), figure 5 right of the paper.
    private static Layer bottleneck(Stage stage, int block) {
        return (s, x) -> residual(s, stage, block, 1, x).add(x).relu();
    }

    /// The first block of a stage projects x to the new shape.
    private static Layer projecting(Stage stage, int stride) {
        return (s, x) -> {
            Value y = residual(s, stage, 0, stride, x);
            return y.add(s.call("shortcut", convolution(stage.channels(), 1, stride), x)).relu();
        };
    }

    private static Value residual(Scope s, Stage stage, int block, int stride, Value x) {
        Layer dilated = Layers.dilatedConvolution(stage.bottleneck(), 3, stride, stage.dilations().get(block));
        Value y = s.call("conv1", convolution(stage.bottleneck(), 1, 1), x).relu();
        y = s.call("conv2", Layers.normalised(dilated, Layers::batchNormalisation), y).relu();
        return s.call("conv3", convolution(stage.channels(), 1, 1), y);
    }

    private static Layer convolution(long channels, int kernel, int stride) {
        return Layers.normalised(Layers.convolution(channels, kernel, stride), Layers::batchNormalisation);
    }

    /// `ResNet-50` or `ResNet-101` by the numbers of blocks, else with the numbers spelled out; `c` for DeepLab's stem.
    @Override
    public String name() {
        List<Integer> blocks = stages.stream().map(stage -> stage.dilations().size()).toList();
        String depth = blocks.equals(List.of(3, 4, 6, 3)) ? "-50" : blocks.equals(List.of(3, 4, 23, 3)) ? "-101" : " " + blocks;
        return "ResNet" + depth + (stem instanceof Stem.DeepLab ? "c" : "");
    }
}
