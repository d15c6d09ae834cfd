package dev.maskforge.models.layer;

import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Value;

/// The layers that the models have in common. Weight names are PyTorch's.
public final class Layers {
    /// The epsilon of every normalisation in the models (Detectron2's and PyTorch's default).
    private static final float EPSILON = 1e-5f;
    /// `GN` in Detectron2 is group normalisation with 32 groups (layers/batch_norm.py).
    public static final int GROUPS = 32;

    private Layers() {
    }

    /// `[..., C] -> [..., channels]`: `weight [channels, C]`, `bias [channels]`.
    public static Layer linear(long channels) {
        return (s, x) -> s.builder().add(new Operation.Linear(), x, s.weight("weight", channels, x.size(-1).size()),
                s.weight("bias", channels));
    }

    /// The same without a bias.
    public static Layer linearWithoutBias(long channels) {
        return (s, x) -> s.builder().add(new Operation.Linear(), x, s.weight("weight", channels, x.size(-1).size()));
    }

    /// "Gaussian Error Linear Units": x·Φ(x), written with the error function as `torch.nn.GELU` means it, not with its
    /// approximation by a hyperbolic tangent.
    public static Value gelu(Value x) {
        Value twicePhi = x.divide((float) Math.sqrt(2)).erf().add(1);
        return x.multiply(twicePhi).multiply(0.5f);
    }

    /// `[N, C, H, W] -> [N, channels, H', W']` without a bias, padded so that stride 1 keeps the size.
    public static Layer convolution(long channels, int kernel, int stride) {
        return dilatedConvolution(channels, kernel, stride, 1);
    }

    /// The same with `dilation - 1` pixels between those that it looks at.
    public static Layer dilatedConvolution(long channels, int kernel, int stride, int dilation) {
        Operation.Conv convolution = new Operation.Conv(stride, dilation * (kernel / 2), dilation, 1);
        return (s, x) -> s.builder().add(convolution, x, s.weight("weight", channels, x.size(1).size(), kernel, kernel));
    }

    /// The same with a bias, and stride and dilation 1.
    public static Layer convolutionWithBias(long channels, int kernel) {
        return convolutionWithBias(channels, kernel, new Operation.Conv(1, kernel / 2, 1, 1));
    }

    /// `[N, C, H, W] -> [N, channels, H / side, W / side]`: a linear layer, with a bias, on patches of side·side pixels.
    public static Layer patches(long channels, int side) {
        return convolutionWithBias(channels, side, new Operation.Conv(side, 0, 1, 1));
    }

    private static Layer convolutionWithBias(long channels, int kernel, Operation.Conv convolution) {
        return (s, x) -> s.builder().add(convolution, x, s.weight("weight", channels, x.size(1).size(), kernel, kernel),
                s.weight("bias", channels));
    }

    /// A convolution with its normalisation under `norm`, as Detectron2's `Conv2d` has it.
    public static Layer normalised(Layer convolution, Layer normalisation) {
        return (s, x) -> s.call("norm", normalisation, convolution.apply(s, x));
    }

    /// Batch normalisation with running statistics (frozen or synchronised at training: the same at inference).
    public static Value batchNormalisation(Scope s, Value x) {
        long channels = x.size(1).size();
        return s.builder().add(new Operation.BatchNormalization(EPSILON), x, s.weight("weight", channels), s.weight("bias", channels),
                s.weight("running_mean", channels), s.weight("running_var", channels));
    }

    public static Value groupNormalisation(Scope s, Value x) {
        long channels = x.size(1).size();
        return s.builder().add(new Operation.GroupNormalization(GROUPS, EPSILON), x, s.weight("weight", channels),
                s.weight("bias", channels));
    }

    public static Value layerNormalisation(Scope s, Value x) {
        long channels = x.size(-1).size();
        return s.builder().add(new Operation.LayerNormalization(EPSILON), x, s.weight("weight", channels), s.weight("bias", channels));
    }

    /// `linear1`, ReLU, `linear2`: back to the width it came with.
    public static Layer feedForward(long width) {
        return (s, x) -> s.call("linear2", linear(x.size(-1).size()), s.call("linear1", linear(width), x).relu());
    }

    /// The three linear layers `layers.0` to `layers.2` with ReLU between them (`MLP` in the original).
    public static Layer maskEmbedding(long hidden, long channels) {
        return (s, x) -> {
            Value first = s.call("layers.0", linear(hidden), x).relu();
            Value second = s.call("layers.1", linear(hidden), first).relu();
            return s.call("layers.2", linear(channels), second);
        };
    }

    /// `torch.nn.MultiheadAttention`: `in_proj_weight` holds the projections of query, key and value one below the other.
    public static MultiHeadAttention multiHeadAttention(int heads) {
        return new MultiHeadAttention(heads);
    }

    /// Attention whose query, key and value may differ; `[N, L, C]`, `[N, S, C]`, `[N, S, C] -> [N, L, C]`.
    public record MultiHeadAttention(int heads) {
        public Value apply(Scope s, Value query, Value key, Value value) {
            Projections p = Projections.of(s, query);
            return out(s, s.builder().add(new Operation.Attention(heads), p.apply(0, query), p.apply(1, key), p.apply(2, value)));
        }

        /// The same, where a query does not see the keys that `blocked` (bool `[N, L, S]`) marks for it.
        public Value apply(Scope s, Value query, Value key, Value value, Value blocked) {
            Projections p = Projections.of(s, query);
            return out(s, s.builder().add(new Operation.Attention(heads), p.apply(0, query), p.apply(1, key), p.apply(2, value), blocked));
        }

        private static Value out(Scope s, Value attended) {
            return s.call("out_proj", linear(attended.size(-1).size()), attended);
        }
    }

    private record Projections(Scope s, Value weight, Value bias, long channels) {
        static Projections of(Scope s, Value query) {
            long channels = query.size(-1).size();
            return new Projections(s, s.weight("in_proj_weight", 3 * channels, channels), s.weight("in_proj_bias", 3 * channels), channels);
        }

        Value apply(int index, Value x) {
            long start = index * channels;
            return s.builder().add(new Operation.Linear(), x, weight.slice(0, start, start + channels),
                    bias.slice(0, start, start + channels));
        }
    }
}
