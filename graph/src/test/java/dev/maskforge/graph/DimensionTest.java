package dev.maskforge.graph;

import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class DimensionTest {
    private static final Dimension H = Dimension.symbol("h");
    private static final Dimension W = Dimension.symbol("w");

    @Test
    void polynomialsAreCanonical() {
        Dimension square = H.plus(W).times(H.plus(W));
        assertEquals(H.times(H).plus(H.times(W).times(2)).plus(W.times(W)), square);
        assertEquals("h*h+2*h*w+w*w", square.toString());
        assertEquals(square.hashCode(), H.times(H).plus(W.times(H).times(2)).plus(W.times(W)).hashCode());
        assertEquals(Dimension.ZERO, H.minus(H));
        assertEquals("0", H.minus(H).toString());
        assertEquals("-h+3", Dimension.of(3).minus(H).toString());
        assertEquals("32*h-1", H.times(32).plus(-1).toString());
        assertNotEquals(H, W);
        assertNotEquals(H.times(2), H.plus(2));
    }

    @Test
    void tokensOfThreeLevelsAddUp() {
        Dimension tokens = Dimension.ZERO;
        for (int scale = 1; scale <= 4; scale *= 2) {
            tokens = tokens.plus(H.times(scale).times(W.times(scale)));
        }
        assertEquals("21*h*w", tokens.toString());
        assertEquals(Dimension.of(43_008), tokens.with(Map.of("h", 32L, "w", 64L)));
    }

    @Test
    void constantsKnowTheirSize() {
        assertTrue(Dimension.of(-7).isConstant());
        assertTrue(Dimension.ZERO.isConstant());
        assertEquals(0, Dimension.ZERO.size());
        assertEquals(-7, Dimension.of(-7).size());
        assertFalse(H.isConstant());
        assertEquals("dimension 32*h is known only at run time",
                assertThrows(IllegalStateException.class, () -> H.times(32).size()).getMessage());
    }

    @Test
    void divisionsOfConstantsRoundTheRightWay() {
        for (long size = -20; size <= 20; size++) {
            for (long divisor = 1; divisor <= 7; divisor++) {
                assertEquals(Math.ceilDiv(size, divisor), Dimension.of(size).ceilingDivide(divisor).size());
                assertEquals(Math.floorDiv(size, divisor), Dimension.of(size).floorDivide(divisor).size());
            }
        }
    }

    @Test
    void divisionsTakeOutWhatDividesWithoutRemainder() {
        assertEquals(H.times(16), H.times(32).ceilingDivide(2));
        assertEquals(H.times(16).plus(1), H.times(32).plus(1).ceilingDivide(2));
        assertEquals(H.times(16), H.times(32).plus(1).floorDivide(2));
        assertEquals(H.times(16).plus(-1), H.times(32).plus(-1).floorDivide(2));
        assertEquals("ceil((h)/7)", H.ceilingDivide(7).toString());
        assertEquals("ceil((h)/7)+w", H.plus(W.times(7)).ceilingDivide(7).toString());
        assertEquals(H.ceilingDivide(7), H.ceilingDivide(7).plus(W).minus(W));
        assertEquals(Set.of("h", "w"), H.ceilingDivide(7).times(W).symbols());
        assertThrows(IllegalArgumentException.class, () -> H.ceilingDivide(0));
        assertEquals(H.ceilingDivide(8), H.ceilingDivide(2).ceilingDivide(4));
        assertEquals(H.ceilingDivide(8), H.plus(-1).floorDivide(2).plus(1).plus(-1).floorDivide(4).plus(1));
        assertEquals("ceil((h+7)/35)", H.ceilingDivide(7).plus(1).ceilingDivide(5).toString());
        assertThrows(IllegalArgumentException.class, () -> H.floorDivide(-2));
    }

    /// A window over a map of free size gives what arithmetic on each size gives.
    @Test
    void divisionsOfSymbolsAreThoseOfTheirSizes() {
        Random random = new Random(1);
        for (int trial = 0; trial < 500; trial++) {
            long a = random.nextLong(-40, 41);
            long b = random.nextLong(-40, 41);
            long constant = random.nextLong(-40, 41);
            long divisor = random.nextLong(1, 9);
            Dimension sum = H.times(a).plus(W.times(b)).plus(constant);
            long h = random.nextLong(0, 50);
            long w = random.nextLong(0, 50);
            Map<String, Long> sizes = Map.of("h", h, "w", w);
            long size = a * h + b * w + constant;
            Dimension quotient = sum.ceilingDivide(divisor);
            assertEquals(Math.ceilDiv(size, divisor), quotient.with(sizes).size());
            long further = random.nextLong(1, 9);
            assertEquals(Math.ceilDiv(Math.ceilDiv(size, divisor) + b, further),
                    quotient.plus(b).ceilingDivide(further).with(sizes).size());
            assertEquals(Math.floorDiv(size, divisor), sum.floorDivide(divisor).with(sizes).size());
        }
    }

    @Test
    void someSymbolsBecomeSizesAndOthersStay() {
        Dimension dimension = H.times(W).plus(H.ceilingDivide(2));
        assertEquals(W.times(5).plus(3), dimension.with(Map.of("h", 5L)));
        assertEquals(dimension, dimension.with(Map.of("other", 5L)));
        assertEquals(Set.of("h", "w"), dimension.symbols());
        assertEquals(Set.of(), Dimension.ONE.symbols());
    }

    /// However it came to be one.
    @Test
    void aConstantIsTheConstant() {
        Dimension three = H.plus(3).minus(H);
        assertEquals(3, three.size());
        assertEquals(Dimension.of(3), three);
        assertEquals(three, Dimension.of(3));
        assertEquals(Dimension.of(3).hashCode(), three.hashCode());
        assertEquals(Dimension.ZERO, H.minus(H));
        assertNotEquals(three, H.plus(3));
        assertNotEquals(H.plus(3), three);
        assertNotEquals(three, Dimension.of(4));
    }

    /// In another arithmetic: here, text that shows what is asked for.
    @Test
    void evaluatesInAnyArithmetic() {
        Dimension.Arithmetic<String> text = new Dimension.Arithmetic<>() {
            @Override
            public String constant(long value) {
                return Long.toString(value);
            }

            @Override
            public String symbol(String name) {
                return name;
            }

            @Override
            public String plus(String a, String b) {
                return "(" + a + " + " + b + ")";
            }

            @Override
            public String times(String a, String b) {
                return a + "·" + b;
            }

            @Override
            public String ceilingDivide(String dividend, long divisor) {
                return "⌈" + dividend + "/" + divisor + "⌉";
            }
        };
        assertEquals("0", Dimension.ZERO.evaluate(text));
        assertEquals("h", H.evaluate(text));
        assertEquals("((h·w·3 + ⌈h/2⌉) + -1)", H.times(W).times(3).plus(H.ceilingDivide(2)).plus(-1).evaluate(text));
    }

    @Test
    void dividesExactlyOrNotAtAll() {
        assertEquals(Optional.of(W.times(8)), H.times(W).times(32).divideExactly(H.times(4)));
        assertEquals(Optional.of(H.plus(1)), H.plus(1).times(W).divideExactly(W));
        assertEquals(Optional.of(Dimension.ZERO), Dimension.ZERO.divideExactly(H));
        assertEquals(Optional.empty(), H.divideExactly(W));
        assertEquals(Optional.empty(), H.times(3).divideExactly(Dimension.of(2)));
        assertEquals(Optional.empty(), H.divideExactly(Dimension.ZERO));
    }

    @Test
    void doesNotOverflowUnseen() {
        Dimension large = Dimension.of(Long.MAX_VALUE);
        assertThrows(ArithmeticException.class, () -> large.plus(1));
        assertThrows(ArithmeticException.class, () -> large.times(2));
        assertThrows(ArithmeticException.class, () -> H.times(Long.MAX_VALUE).with(Map.of("h", 2L)));
    }

    @Test
    void symbolsAreNames() {
        for (String name : new String[]{"", "2h", "h w", "h*w", "é"}) {
            assertThrows(IllegalArgumentException.class, () -> Dimension.symbol(name), name);
        }
        assertEquals("_n2", Dimension.symbol("_n2").toString());
    }
}
