package dev.maskforge.passes.rewrite;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation.Conv;
import dev.maskforge.graph.Operation.Linear;
import dev.maskforge.graph.Operation.MatMul;
import dev.maskforge.graph.Operation.Reshape;
import dev.maskforge.graph.Operation.Resize;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.Pass;
import java.util.List;
import java.util.Optional;

/// E·(W f + b) -> (E·W) f + E·b, where W f + b is a 1x1 convolution of a map f, resized or not, and E·W is taken at build time
/// where E is a linear layer's result: with E = Linear(z, V, v), E·W = Linear(z, Wᵀ·V, Wᵀ·v) and E·b = Linear(z, bᵀ·V, b·v).
///
/// Exact but for rounding: products are associative, and the weights of a bilinear sample sum to 1, so that a bias and the
/// channels of a pixel go through it. The convolution at the finest map is gone; what is left of it is a row for each query.
public final class FoldMaskConvolution implements Pass {
    @Override
    public String name() {
        return "fold the mask features' convolution into mask embeddings";
    }

    @Override
    public Outcome apply(Graph graph) {
        return Rule.apply(graph, FoldMaskConvolution::at);
    }

    private static Verdict at(Node node, Site site) {
        Optional<Pattern> found = Pattern.find(node, site);
        if (found.isEmpty()) {
            return Verdict.keep();
        }
        Pattern pattern = found.get();
        Optional<String> obstacle = pattern.obstacle(site);
        return obstacle.isPresent() ? Verdict.refuse(obstacle.get()) : Verdict.replace(pattern.replacement(site));
    }

    /// MatMul(embedding, Reshape(Resize(Conv(...)))), with or without the Resize.
    private record Pattern(Node product, Node convolution, Optional<Resize> resize) {
        static Optional<Pattern> find(Node node, Site site) {
            if (!(node.operation() instanceof MatMul())) {
                return Optional.empty();
            }
            return site.producer(node.inputs().get(1), Reshape.class).filter(flat -> isFlattened(flat, site)).flatMap(flat -> {
                String map = flat.inputs().getFirst();
                Optional<Node> resized = site.producer(map, Resize.class);
                return site.producer(resized.map(each -> each.inputs().getFirst()).orElse(map), Conv.class)
                        .map(convolution -> new Pattern(node, convolution, resized.map(each -> (Resize) each.operation())));
            });
        }

        /// `[N, C, H, W] -> [N, C, H·W]`
        private static boolean isFlattened(Node reshape, Site site) {
            Shape map = site.shape(reshape.inputs().getFirst());
            return map.rank() == 4
                    && site.shape(reshape.output()).equals(Shape.of(map.get(0), map.get(1), map.get(2).times(map.get(3))));
        }

        Optional<String> obstacle(Site site) {
            Conv conv = (Conv) convolution.operation();
            Shape weight = site.shape(convolution.inputs().get(1));
            if (!weight.get(2).equals(Dimension.ONE) || !weight.get(3).equals(Dimension.ONE) || conv.stride() != 1 || conv.padding() != 0
                    || conv.groups() != 1) {
                return Optional.of("the convolution does more than mix the channels of a pixel");
            }
            if (convolution.inputs().stream().skip(1).anyMatch(input -> site.constant(input).isEmpty())) {
                return Optional.of("the convolution's weights are computed");
            }
            Dimension queries = site.shape(product.inputs().getFirst()).get(-2);
            Dimension saved = weight.get(0).times(weight.get(1)).plus(queries.times(weight.get(0)));
            if (!Sizes.isSmaller(queries.times(weight.get(1)), saved)) {
                return Optional.of("the products would grow by more than the convolution takes");
            }
            return isOnlyForProducts(site) ? Optional.empty() : Optional.of("the convolution's result is also used elsewhere");
        }

        /// Else the convolution would stay, and nothing would be gained.
        private boolean isOnlyForProducts(Site site) {
            return isOnlyForProducts(convolution.output(), site);
        }

        private static boolean isOnlyForProducts(String value, Site site) {
            return !site.graph().outputs().contains(value) && site.users(value).stream().allMatch(user -> switch (user.operation()) {
                case Resize _ -> isOnlyForProducts(user.output(), site);
                case Reshape _ -> isFlattened(user, site) && !site.graph().outputs().contains(user.output())
                        && site.users(user.output()).stream()
                                .allMatch(each -> each.operation() instanceof MatMul && each.inputs().getLast().equals(user.output())
                                        && !each.inputs().getFirst().equals(user.output()));
                default -> false;
            });
        }

        Value replacement(Site site) {
            Value f = site.value(convolution.inputs().getFirst());
            Value map = resize.map(each -> f.resize(each.mode(), each.height(), each.width())).orElse(f);
            Value pixels = map.reshape(map.size(0), map.size(1), map.size(2).times(map.size(3)));
            Value weight = site.value(convolution.inputs().get(1));
            Value matrix = weight.reshape(weight.size(0), weight.size(1)); // [C, C']
            Value product = embedding(site, matrix).matMul(pixels);
            if (convolution.inputs().size() < 3) {
                return product;
            }
            Value bias = site.value(convolution.inputs().get(2));
            return product.add(embedding(site, bias.reshape(bias.size(0), Dimension.ONE)));
        }

        /// E·W for a matrix W `[C, C']`.
        private Value embedding(Site site, Value matrix) {
            String embedding = product.inputs().getFirst();
            Optional<Node> linear = site.producer(embedding, Linear.class)
                    .filter(node -> node.inputs().stream().skip(1).allMatch(input -> site.constant(input).isPresent()));
            if (linear.isEmpty()) {
                return site.value(embedding).matMul(matrix);
            }
            List<Value> inputs = site.inputs(linear.get());
            Value weight = matrix.transpose(1, 0).matMul(inputs.get(1)); // [C', hidden]
            Optional<Value> bias = inputs.stream().skip(2).findFirst()
                    .map(v -> v.reshape(Dimension.ONE, v.size(0)).matMul(matrix).reshape(matrix.size(1)));
            return PositionProduct.linear(inputs.getFirst(), weight, bias);
        }
    }
}
