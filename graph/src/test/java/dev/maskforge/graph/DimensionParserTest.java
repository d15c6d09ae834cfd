package dev.maskforge.graph;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class DimensionParserTest {
    @ParameterizedTest
    @ValueSource(strings = {"0", "7", "-3", "h", "32*h", "21*h*w+1", "h*w-5", "-h+3", "7*ceil((4*h)/7)", "ceil((ceil((h)/2)-3)/4)",
            "_a1*b"})
    void textIsRead(String text) {
        assertEquals(Dimension.parse(text), Dimension.parse(Dimension.parse(text).toString()));
        assertEquals(Dimension.parse(text).toString(),
                Dimension.parse(" " + text.replace("*", " * ").replace("+", " + ") + " ").toString());
    }

    @Test
    void textMeansWhatItSays() {
        Dimension h = Dimension.symbol("h");
        assertEquals(h.times(4).ceilingDivide(7).times(7).plus(-2), Dimension.parse("7*ceil((4*h)/7)-2"));
        assertEquals(h.times(h).times(6), Dimension.parse("2*h*3*h"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"''|at letter 1 expected a number or a symbol", "h+|at letter 3 expected a number or a symbol",
            "2h|at letter 3 expected a number", "h w|at letter 3 expected '+', '-', '*' or the end", "ceil(h/2)|at letter 6 expected '('",
            "ceil((h)/0)|cannot divide h by 0", "ceil((h)/w)|at letter 11 expected a number",
            "h/2|at letter 2 expected '+', '-', '*' or the end",
            "99999999999999999999|at letter 21 expected a number", "999999999999999999*999999999999999999|a number too large"})
    void otherTextIsRefused(String text, String reason) {
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> Dimension.parse(text)).getMessage());
        assertTrue(message.contains(reason), message);
    }

    @Test
    void bombsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Dimension.parse("ceil((".repeat(17) + "h" + ")/2)".repeat(17)));
        assertThrows(IllegalArgumentException.class, () -> Dimension.parse("1+".repeat(600) + "1"));
    }

    @ParameterizedTest
    @CsvSource({"32*h*w, 4*h, 8*w", "32*h*w, 5, ", "h*h-1, h+1, h-1", "2*h, h*w, ", "0, h, 0", "h, 0, ",
            "49*ceil((h)/7)*ceil((w)/7), 7*ceil((h)/7), 7*ceil((w)/7)", "h*w+h, w+1, h", "h+1, h, "})
    void divisionIsExactOrNone(String dividend, String divisor, String quotient) {
        assertEquals(Optional.ofNullable(quotient).map(Dimension::parse),
                Dimension.parse(dividend).divideExactly(Dimension.parse(divisor)));
    }
}
