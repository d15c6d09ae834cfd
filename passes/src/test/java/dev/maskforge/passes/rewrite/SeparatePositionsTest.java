package dev.maskforge.passes.rewrite;

import dev.maskforge.graph.Graph;
import dev.maskforge.passes.FoldConstants;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

class SeparatePositionsTest {
    /// Two levels of different sizes, (rows | columns) by pixels, each with an embedding of its own.
    private static final String LEVELS = """
            (x: float32[n, 5*h*w, 6], sizes: float32[h, w]) -> (y) {
              W: float32[4, 6]
              b: float32[4]
              e: float32[1, 6]
              f: float32[1, 6]
              %s
              first = Add(p0, e)
              second = Add(p1, f)
              all = Concat{axis=0}(first, second)
              placed = Add(x, all)
              product = Linear(placed, W, b)
              y = Relu(product)
            }
            """.formatted(level(0, "h", "w") + level(1, "2*h", "2*w"));

    private static String level(int index, String height, String width) {
        return """
                rr#: int64[] = 1
                r#0 = Range{length=HH}()
                r#1 = Cast{to=float32}(r#0)
                r#2 = Reshape{shape=[HH, 1]}(r#1)
                t#: float32[3]
                r#3 = Multiply(r#2, t#)
                r#4 = Sin(r#3)
                r#5 = Reshape{shape=[HH, 1, 3]}(r#4)
                r#6 = Expand{shape=[HH, WW, 3]}(r#5)
                c#0 = Range{length=WW}()
                c#1 = Cast{to=float32}(c#0)
                c#2 = Reshape{shape=[WW, 1]}(c#1)
                c#3 = Multiply(c#2, t#)
                c#4 = Cos(c#3)
                c#5 = Reshape{shape=[1, WW, 3]}(c#4)
                c#6 = Expand{shape=[HH, WW, 3]}(c#5)
                q# = Concat{axis=2}(r#6, c#6)
                p# = Reshape{shape=[AA, 6]}(q#)
                """.replace("rr#: int64[] = 1\n", "").replace("HH", height).replace("WW", width)
                .replace("AA", index == 0 ? "h*w" : "4*h*w").replace("#", Integer.toString(index));
    }

    private static final List<Map<String, Long>> SIZES = List.of(Map.of("n", 2L, "h", 3L, "w", 2L), Map.of("n", 1L, "h", 1L, "w", 5L));

    @Test
    void aMapOfPositionsIsMultipliedByRowsAndColumns() {
        Graph after = Rewrites.applied(LEVELS, new SeparatePositions(), new FoldConstants());
        List<String> products = after.nodes().stream().filter(node -> node.operation().type().equals("Linear"))
                .map(node -> after.type(node.output()).shape().toString()).toList();
        // No product of a whole map but that with x itself.
        assertEquals(List.of("[n, 5*h*w, 4]", "[h, 4]", "[w, 4]", "[2*h, 4]", "[2*w, 4]"), products);
    }

    @Test
    void computesTheSame() {
        Rewrites.assertComputesTheSame(LEVELS, Rewrites.TOLERANCE, SIZES, new SeparatePositions());
        Rewrites.assertComputesTheSame(LEVELS.replace("Linear(placed, W, b)", "Linear(placed, W)"), Rewrites.TOLERANCE, SIZES,
                new SeparatePositions());
    }

    @Test
    void computesTheSameWithAllConstantsFolded() {
        Rewrites.assertComputesTheSame(
                LEVELS.replace("float32[h, w]", "float32[3, 2]").replace("5*h*w", "30").replace("2*h", "6").replace("2*w", "4")
                        .replace("4*h*w", "24")
                        .replace("h*w", "6").replace("=h}", "=3}").replace("[h,", "[3,").replace("=w}", "=2}").replace("[w,", "[2,")
                        .replace(", w,", ", 2,"),
                Rewrites.TOLERANCE, List.of(Map.of("n", 3L)), new SeparatePositions(), new FoldConstants());
    }

    @Test
    void positionsOfQueriesBecomeAConstant() {
        Rewrites.assertBecomes("""
                (x: float32[n, 5, 6]) -> (y) {
                  b: float32[7]
                  W: float32[7, 6]
                  Linear_1: float32[5, 7]
                  Linear = Linear(x, W, b)
                  Add = Add(Linear, Linear_1)
                  y = Relu(Add)
                }
                """, """
                (x: float32[n, 5, 6]) -> (y) {
                  p: float32[5, 6]
                  b: float32[7]
                  W: float32[7, 6]
                  placed = Add(x, p)
                  l = Linear(placed, W, b)
                  y = Relu(l)
                }
                """, new SeparatePositions(), new FoldConstants());
    }

    /// As in the keys and values of Mask2Former's decoder: a level's embedding is one row.
    @Test
    void aSingleRowGoesIntoTheBias() {
        Rewrites.assertBecomes("""
                (x: float32[n, t, 6]) -> (y) {
                  W: float32[7, 6]
                  Reshape: float32[7]
                  Linear_1 = Linear(x, W, Reshape)
                  y = Relu(Linear_1)
                }
                """, """
                (x: float32[n, t, 6]) -> (y) {
                  e: float32[1, 6]
                  b: float32[7]
                  W: float32[7, 6]
                  placed = Add(e, x)
                  l = Linear(placed, W, b)
                  y = Relu(l)
                }
                """, new SeparatePositions(), new FoldConstants());
    }

    @Test
    void doesNotFireOnAnOrdinaryResidual() {
        Rewrites.assertStays("""
                (x: float32[n, 5, 6], z: float32[n, 5, 6]) -> (y) {
                  W: float32[7, 6]
                  s = Add(x, z)
                  y = Linear(s, W)
                }
                """, new SeparatePositions());
    }

    @Test
    void doesNotFireWhereAWholeMapWouldBeMultiplied() {
        Rewrites.assertRefuses("""
                (x: float32[n, t, 6]) -> (y) {
                  W: float32[7, 6]
                  a: float32[6]
                  r = Range{length=t}()
                  f = Cast{to=float32}(r)
                  c = Reshape{shape=[t, 1]}(f)
                  p = Multiply(c, a)
                  s = Add(x, p)
                  y = Linear(s, W)
                }
                """, new SeparatePositions(), List.of("the positions are not made of rows and columns"));
    }

    @Test
    void doesNotFireWherePositionsMakeTheSumLarger() {
        Rewrites.assertRefuses("""
                (x: float32[n, 1, 6]) -> (y) {
                  W: float32[7, 6]
                  p: float32[5, 6]
                  s = Add(x, p)
                  y = Linear(s, W)
                }
                """, new SeparatePositions(), List.of("the positions make more of what they are added to"));
    }
}
