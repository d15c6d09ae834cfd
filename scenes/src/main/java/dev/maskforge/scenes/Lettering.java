package dev.maskforge.scenes;

import java.util.List;
import java.util.stream.Stream;

/// Letters of straight strokes, as on a seven-segment display. A letter is a set of strokes, one bit each.
final class Lettering {
    /// The digits 0 to 9.
    static final List<Integer> DIGITS = List.of(0b0111111, 0b0000110, 0b1011011, 0b1001111, 0b1100110, 0b1101101, 0b1111101, 0b0000111,
            0b1111111, 0b1101111);
    static final int P = 0b1110011;
    /// The word STOP.
    static final List<Integer> STOP = List.of(0b1101101, 0b10000001, 0b0111111, P);
    private static final List<Integer> WORDS = List.of(0b1110111, 0b1111100, 0b0111001, 0b1011110, 0b1111001, 0b1110001, 0b1110110,
            0b0111000, 0b1010100, 0b1011100, 0b1110011, 0b1101101, 0b0111110, 0b10000001, 0b0000110, 0b0110111);

    /// The strokes' places in a letter of width and height 1: left, bottom, right, top; the last is an upright in the middle.
    private static final double[][] STROKES = {{0, 0.84, 1, 1}, {0.76, 0.5, 1, 1}, {0.76, 0, 1, 0.5}, {0, 0, 1, 0.16}, {0, 0, 0.24, 0.5},
            {0, 0.5, 0.24, 1}, {0, 0.42, 1, 0.58}, {0.38, 0, 0.62, 0.9}};

    private Lettering() {
    }

    /// A word of letters chosen at will.
    static List<Integer> word(Chance chance, int letters) {
        return Stream.generate(() -> chance.oneOf(WORDS)).limit(letters).toList();
    }

    /// A line of letters of equal width that looks along +z; between two letters lie three tenths of a letter. It starts
    /// at the lesser x: x goes to the right for one who looks at it.
    static Mesh line(List<Integer> letters, double left, double bottom, double right, double top, double z, Material material) {
        double width = (right - left) / (letters.size() + 0.3 * (letters.size() - 1));
        Assembly line = new Assembly();
        for (int i = 0; i < letters.size(); i++) {
            double x = left + i * width * 1.3;
            for (int stroke = 0; stroke < STROKES.length; stroke++) {
                if ((letters.get(i) >> stroke & 1) == 1) {
                    double[] at = STROKES[stroke];
                    line.add(Shapes.panel(x + at[0] * width, bottom + at[1] * (top - bottom), x + at[2] * width,
                            bottom + at[3] * (top - bottom), z, material));
                }
            }
        }
        return line.mesh();
    }
}
