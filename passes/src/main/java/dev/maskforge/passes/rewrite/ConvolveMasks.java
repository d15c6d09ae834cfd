package dev.maskforge.passes.rewrite;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation.Conv;
import dev.maskforge.graph.Operation.MatMul;
import dev.maskforge.graph.Operation.Reshape;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.Pass;
import java.util.List;
import java.util.Optional;

/// E·(W * f + b) -> (E·W) * f + E·b, where W * f + b is a convolution that sees neighbours, of one picture's map f: it then makes
/// a mask for each query instead of a feature for each channel.
///
/// Exact but for rounding: products are associative, and a convolution is one for each of its taps. MaskFormer's 256 mask
/// features of 100 queries: two fifths of the operations. The weights E·W are those of one picture, so that several pictures at
/// once would need a convolution each.
public final class ConvolveMasks implements Pass {
    @Override
    public String name() {
        return "convolve masks instead of mask features";
    }

    @Override
    public Outcome apply(Graph graph) {
        return Rule.apply(graph, ConvolveMasks::at);
    }

    private static Verdict at(Node node, Site site) {
        if (!(node.operation() instanceof MatMul()) || site.shape(node.inputs().getFirst()).rank() != 3) {
            return Verdict.keep();
        }
        Optional<Pattern> found = site.producer(node.inputs().get(1), Reshape.class)
                .flatMap(flat -> site.producer(flat.inputs().getFirst(), Conv.class).map(conv -> new Pattern(node, flat, conv)))
                .filter(pattern -> pattern.isOfPixels(site));
        if (found.isEmpty()) {
            return Verdict.keep();
        }
        Optional<String> obstacle = found.get().obstacle(site);
        return obstacle.isPresent() ? Verdict.refuse(obstacle.get()) : Verdict.replace(found.get().replacement(site));
    }

    /// MatMul(embedding `[N, Q, C]`, Reshape(Conv(f, W, b)) `[N, C, H·W]`).
    private record Pattern(Node product, Node flat, Node convolution) {
        boolean isOfPixels(Site site) {
            Shape map = site.shape(convolution.output());
            return site.shape(flat.output()).equals(Shape.of(map.get(0), map.get(1), map.get(2).times(map.get(3))));
        }

        Optional<String> obstacle(Site site) {
            Conv conv = (Conv) convolution.operation();
            if (conv.groups() != 1) {
                return Optional.of("the convolution is of several groups");
            }
            if (!isOne(site, convolution.output()) || !isOne(site, product.inputs().getFirst())) {
                return Optional.of("there may be several pictures, each with weights of its own");
            }
            if (convolution.inputs().stream().skip(1).anyMatch(input -> site.constant(input).isEmpty())) {
                return Optional.of("the convolution's weights are computed");
            }
            if (!Sizes.isSmaller(after(site), before(site))) {
                return Optional.of("a mask for each query takes no fewer operations than a feature for each channel");
            }
            return site.isOnlyFor(convolution.output(), flat) && site.isOnlyFor(flat.output(), product)
                    ? Optional.empty()
                    : Optional.of("the convolution's result is also used elsewhere");
        }

        private static boolean isOne(Site site, String value) {
            return site.shape(value).get(0).equals(Dimension.ONE);
        }

        private Dimension queries(Site site) {
            return site.shape(product.inputs().getFirst()).get(1);
        }

        private Dimension taps(Site site) {
            Shape weight = site.shape(convolution.inputs().get(1));
            return weight.get(1).times(weight.get(2)).times(weight.get(3));
        }

        private Dimension pixels(Site site) {
            return site.shape(flat.output()).get(2);
        }

        /// Multiplications: a feature for each channel of each pixel, then a mask for each query.
        private Dimension before(Site site) {
            Dimension channels = site.shape(convolution.output()).get(1);
            return pixels(site).times(channels).times(taps(site).plus(queries(site)));
        }

        /// Weights for each query, then its mask.
        private Dimension after(Site site) {
            Dimension channels = site.shape(convolution.output()).get(1);
            return queries(site).times(taps(site)).times(pixels(site).plus(channels));
        }

        Value replacement(Site site) {
            Value embedding = site.value(product.inputs().getFirst());
            Dimension queries = embedding.size(1);
            Value matrix = embedding.reshape(queries, embedding.size(2)); // [Q, C]
            Value kernels = site.value(convolution.inputs().get(1)); // [C, C', k, k]
            Value weights = matrix.matMul(kernels.reshape(kernels.size(0), taps(site))).reshape(queries, kernels.size(1), kernels.size(2),
                    kernels.size(3));
            Value f = site.value(convolution.inputs().getFirst());
            List<Value> biases = site.inputs(convolution).stream().skip(2)
                    .map(bias -> matrix.matMul(bias.reshape(bias.size(0), Dimension.ONE)).reshape(queries)).toList();
            Value masks = biases.isEmpty()
                    ? f.builder().add(convolution.operation(), f, weights)
                    : f.builder().add(convolution.operation(), f, weights, biases.getFirst());
            return masks.reshape(masks.size(0), queries, masks.size(2).times(masks.size(3)));
        }
    }
}
