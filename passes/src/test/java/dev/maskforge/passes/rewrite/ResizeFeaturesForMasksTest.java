package dev.maskforge.passes.rewrite;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResizeFeaturesForMasksTest {
    /// Mask2Former's masks of two predictions at one size, and the last one as it is.
    private static final String MASKS = """
            (e: float32[n, 5, 8], d: float32[n, 5, 8], f: float32[n, 8, 4*h, 4*w]) -> (y, z, last) {
              flat = Reshape{shape=[n, 8, 16*h*w]}(f)
              products = MatMul(e, flat)
              masks = Reshape{shape=[n, 5, 4*h, 4*w]}(products)
              y = Resize{mode=bilinear, height=h, width=w}(masks)
              flat1 = Reshape{shape=[n, 8, 16*h*w]}(f)
              products1 = MatMul(d, flat1)
              masks1 = Reshape{shape=[n, 5, 4*h, 4*w]}(products1)
              z = Resize{mode=bilinear, height=h, width=w}(masks1)
              flat2 = Reshape{shape=[n, 8, 16*h*w]}(f)
              products2 = MatMul(d, flat2)
              last = Reshape{shape=[n, 5, 4*h, 4*w]}(products2)
            }
            """;

    @Test
    void featuresAreResizedOnceForAllMasksOfASize() {
        Rewrites.assertBecomes("""
                (e: float32[n, 5, 8], d: float32[n, 5, 8], f: float32[n, 8, 4*h, 4*w]) -> (y, z, last) {
                  Resize = Resize{mode=bilinear, height=h, width=w}(f)
                  Reshape = Reshape{shape=[n, 8, h*w]}(Resize)
                  MatMul = MatMul(e, Reshape)
                  y = Reshape{shape=[n, 5, h, w]}(MatMul) as Reshape_1
                  MatMul_1 = MatMul(d, Reshape)
                  z = Reshape{shape=[n, 5, h, w]}(MatMul_1) as Reshape_3
                  flat2 = Reshape{shape=[n, 8, 16*h*w]}(f)
                  products2 = MatMul(d, flat2)
                  last = Reshape{shape=[n, 5, 4*h, 4*w]}(products2)
                }
                """, MASKS, new ResizeFeaturesForMasks(), new ShareEqualNodes());
    }

    @Test
    void computesTheSame() {
        List<Map<String, Long>> sizes = List.of(Map.of("n", 2L, "h", 3L, "w", 1L), Map.of("n", 1L, "h", 2L, "w", 5L));
        Rewrites.assertComputesTheSame(MASKS, Rewrites.TOLERANCE, sizes, new ResizeFeaturesForMasks());
        Rewrites.assertComputesTheSame(MASKS.replace("bilinear, height=h, width=w", "bilinear, height=3*h, width=2*w"), Rewrites.TOLERANCE,
                sizes, new ResizeFeaturesForMasks());
        Rewrites.assertComputesTheSame(MASKS.replace("bilinear", "nearest"), Rewrites.TOLERANCE, sizes, new ResizeFeaturesForMasks());
    }

    @Test
    void doesNotFireWhereMasksGrow() {
        String reason = "the masks are not made smaller";
        Rewrites.assertRefuses(MASKS.replace("height=h, width=w", "height=16*h, width=16*w"), new ResizeFeaturesForMasks(),
                List.of(reason, reason));
    }

    @Test
    void doesNotFireWhereTheLargeMasksAreNeededAnyhow() {
        String reason = "the masks are also needed as large as they are";
        Rewrites.assertRefuses(MASKS.replace("-> (y, z, last)", "-> (y, z, last, masks, products1)"), new ResizeFeaturesForMasks(),
                List.of(reason, reason));
    }

    @Test
    void doesNotFireOnOtherResizes() {
        Rewrites.assertStays("""
                (f: float32[n, 8, 4*h, 4*w]) -> (y) {
                  y = Resize{mode=bilinear, height=h, width=w}(f)
                }
                """, new ResizeFeaturesForMasks());
        // The pixels of the product are not those of the map.
        Rewrites.assertStays("""
                (e: float32[n, 5, 8], f: float32[n, 8, 4*h, 4*w]) -> (y) {
                  flat = Reshape{shape=[n, 8, 16*h*w]}(f)
                  products = MatMul(e, flat)
                  masks = Reshape{shape=[n, 5, 2*h, 8*w]}(products)
                  y = Resize{mode=bilinear, height=h, width=w}(masks)
                }
                """, new ResizeFeaturesForMasks());
    }
}
