package dev.maskforge.checkpoint.document;

import java.math.BigDecimal;
import java.util.Optional;

/// Decimal numbers that are safe to compute with: one such as `1e999999999` has a billion digits when it is made an integer.
final class Decimals {
    /// Characters of a number: more than enough for any `double`.
    static final int LENGTH = 100;
    /// A little beyond those of a `double`.
    private static final int LARGEST_EXPONENT = 400;

    private Decimals() {
    }

    /// The number that a text says in decimal notation, if that is short and not far beyond the range of a `double`.
    ///
    /// @param text matches `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
    static Optional<BigDecimal> parse(String text) {
        if (text.length() > LENGTH) {
            return Optional.empty();
        }
        try {
            BigDecimal number = new BigDecimal(text);
            return Math.abs((long) number.scale()) > LARGEST_EXPONENT ? Optional.empty() : Optional.of(number);
        } catch (NumberFormatException _) {
            return Optional.empty(); // the exponent does not fit in 32 bits
        }
    }
}
