package dev.maskforge.cli.page;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/// Numbers as text.
public final class Numbers {
    private static final int PLACES = 3;

    private Numbers() {
    }

    /// With as few digits as say it to three places behind the point: `12`, `0.5`, `33.333`.
    static String shortest(double value) {
        return BigDecimal.valueOf(value).setScale(PLACES, RoundingMode.HALF_EVEN).stripTrailingZeros().toPlainString();
    }

    /// With a fixed number of places behind the point.
    public static String fixed(double value, int places) {
        return String.format(Locale.ROOT, "%." + places + "f", value);
    }

    /// A share of 0 to 1 as percent with one place behind the point, without the sign.
    public static String percent(double share) {
        return fixed(100 * share, 1);
    }
}
