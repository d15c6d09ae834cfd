package dev.maskforge.passes.rewrite;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation.MatMul;
import dev.maskforge.graph.Operation.Reshape;
import dev.maskforge.graph.Operation.Resize;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.Pass;
import java.util.Optional;

/// Resize(E·F) -> E·Resize(F), for mask embeddings E `[N, Q, C]` and a map F `[N, C, H, W]` of pixel embeddings.
///
/// Exact but for rounding: to resize is linear over pixels, the product is linear over channels. The product is then taken at
/// the size that is wanted, and what is resized is the same for all masks of that size ([ShareEqualNodes]). Mask2Former resizes nine predictions to three sizes, each time from
/// stride 4.
public final class ResizeFeaturesForMasks implements Pass {
    @Override
    public String name() {
        return "resize mask features instead of masks";
    }

    @Override
    public Outcome apply(Graph graph) {
        return Rule.apply(graph, ResizeFeaturesForMasks::at);
    }

    private static Verdict at(Node node, Site site) {
        if (!(node.operation() instanceof Resize(Resize.Mode mode, Dimension height, Dimension width))) {
            return Verdict.keep();
        }
        Optional<MaskProduct> found = MaskProduct.find(node.inputs().getFirst(), site);
        if (found.isEmpty()) {
            return Verdict.keep();
        }
        MaskProduct masks = found.get();
        Shape features = site.shape(masks.map());
        if (!Sizes.isSmaller(height.times(width), features.get(2).times(features.get(3)))) {
            return Verdict.refuse("the masks are not made smaller");
        }
        if (!site.isOnlyFor(node.inputs().getFirst(), node) || !site.isOnlyFor(masks.product().output(), masks.reshape())) {
            return Verdict.refuse("the masks are also needed as large as they are");
        }
        Value resized = site.value(masks.map()).resize(mode, height, width);
        return Verdict.replace(MaskProduct.of(site.value(masks.embedding()), resized));
    }

    /// Reshape(MatMul(embedding, Reshape(map))), masks `[N, Q, H, W]` of queries.
    private record MaskProduct(Node reshape, Node product, String embedding, String map) {
        static Optional<MaskProduct> find(String masks, Site site) {
            return site.producer(masks, Reshape.class)
                    .flatMap(reshape -> site.producer(reshape.inputs().getFirst(), MatMul.class)
                            .flatMap(product -> site.producer(product.inputs().get(1), Reshape.class)
                                    .map(flat -> new MaskProduct(reshape, product, product.inputs().getFirst(), flat.inputs().getFirst()))
                                    .filter(found -> found.isByPixels(site))));
        }

        /// That the reshapes do nothing but turn rows and columns into pixels and back.
        private boolean isByPixels(Site site) {
            Shape masks = site.shape(reshape.output());
            Shape features = site.shape(map);
            Shape products = site.shape(product.output());
            Shape flat = site.shape(product.inputs().get(1));
            return masks.rank() == 4 && features.rank() == 4 && products.rank() == 3 && flat.rank() == 3
                    && masks.get(2).equals(features.get(2)) && masks.get(3).equals(features.get(3))
                    && flat.equals(Shape.of(features.get(0), features.get(1), features.get(2).times(features.get(3))))
                    && products.equals(Shape.of(masks.get(0), masks.get(1), flat.get(2)));
        }

        static Value of(Value embedding, Value map) {
            Value products = embedding.matMul(map.reshape(map.size(0), map.size(1), map.size(2).times(map.size(3))));
            return products.reshape(products.size(0), products.size(1), map.size(2), map.size(3));
        }
    }
}
