package dev.maskforge.graph;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ShapeTest {
    private static final Dimension N = Dimension.symbol("n");
    private static final Dimension H = Dimension.symbol("h");
    private static final Dimension W = Dimension.symbol("w");
    private static final Shape IMAGE = Shape.of(N, Dimension.of(3), H.times(32), W.times(32));

    private static String refusal(Shape shape, Shape actual) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, () -> shape.solve(actual)).getMessage());
    }

    @Test
    void solvesForTheSymbols() {
        assertEquals(Map.of("n", 1L, "h", 2L, "w", 3L), IMAGE.solve(Shape.of(1, 3, 64, 96)));
        assertEquals(Map.of(), Shape.of(2, 3).solve(Shape.of(2, 3)));
        assertEquals(Map.of("h", 5L), Shape.of(H, H.plus(1), H.times(H)).solve(Shape.of(5, 6, 25)));
        assertEquals(Map.of("n", 0L), Shape.of(N).solve(Shape.of(0)));
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertEquals("shape [1, 3, 64] does not fit [n, 3, 32*h, 32*w]: it has 3 axes, not 4", refusal(IMAGE, Shape.of(1, 3, 64)));
        assertEquals("shape [1, 3, 65, 96] does not fit [n, 3, 32*h, 32*w]: axis 2 is 65, not a multiple of 32",
                refusal(IMAGE, Shape.of(1, 3, 65, 96)));
        assertEquals("shape [1, 1, 64, 96] does not fit [n, 3, 32*h, 32*w]", refusal(IMAGE, Shape.of(1, 1, 64, 96)));
        assertEquals("shape [5, 7] does not fit [h, h+1]", refusal(Shape.of(H, H.plus(1)), Shape.of(5, 7)));
        assertEquals("shape [5, 6] does not fit [h, h]", refusal(Shape.of(H, H), Shape.of(5, 6)));
        // Nothing tells h and w apart.
        assertEquals("shape [6] does not fit [h*w]", refusal(Shape.of(H.times(W)), Shape.of(6)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            2,3;   2,3;   2,3
            2,1;   1,3;   2,3
            3;     2,3;   2,3
            1;     4,5,6; 4,5,6
            0,3;   1,3;   0,3
            """)
    void broadcastsAsNumpyDoes(String a, String b, String result) {
        assertEquals(shape(result), Shape.broadcast(shape(a), shape(b)));
        assertEquals(shape(result), Shape.broadcast(shape(b), shape(a)));
    }

    private static Shape shape(String sizes) {
        return Shape.of(Arrays.stream(sizes.split(",", -1)).mapToLong(Long::parseLong).toArray());
    }

    @Test
    void broadcastsSymbolsWithThemselvesAndOne() {
        assertEquals(Shape.of(N, H), Shape.broadcast(Shape.of(N, Dimension.ONE), Shape.of(H)));
        assertEquals(Shape.of(N, H), Shape.broadcast(Shape.of(N, H), Shape.of(N, H)));
        assertEquals(Shape.of(new long[0]), Shape.broadcast(Shape.of(new long[0]), Shape.of(new long[0])));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Shape.broadcast(Shape.of(2, 3), Shape.of(2, 2)));
        assertEquals("shapes [2, 3] and [2, 2] do not broadcast: 3 against 2", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> Shape.broadcast(Shape.of(H), Shape.of(W)));
        assertThrows(IllegalArgumentException.class, () -> Shape.broadcast(Shape.of(H), Shape.of(2)));
    }

    @Test
    void axesCountFromBothEnds() {
        assertEquals(W.times(32), IMAGE.get(-1));
        assertEquals(N, IMAGE.get(0));
        assertEquals(2, IMAGE.axis(-2));
        assertThrows(IllegalArgumentException.class, () -> IMAGE.axis(4));
        assertThrows(IllegalArgumentException.class, () -> IMAGE.axis(-5));
        assertEquals(Shape.of(N, Dimension.of(3), Dimension.of(8), W.times(32)), IMAGE.with(-2, Dimension.of(8)));
    }

    @Test
    void countsElements() {
        assertEquals("3072*h*n*w", IMAGE.elements().toString());
        assertEquals(24, Shape.of(2, 3, 4).elementCount());
        assertEquals(1, Shape.of(new long[0]).elementCount());
        assertThrows(ArithmeticException.class, () -> Shape.of(1L << 40, 1L << 40).elementCount());
        assertFalse(IMAGE.isConstant());
        assertTrue(IMAGE.with(Map.of("n", 1L, "h", 1L, "w", 1L)).isConstant());
    }
}
