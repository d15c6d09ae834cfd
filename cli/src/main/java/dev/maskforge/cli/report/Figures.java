package dev.maskforge.cli.report;

import java.util.Locale;

/// Numbers as a report writes them.
final class Figures {
    private static final double NANOSECONDS_PER_MILLISECOND = 1e6;
    private static final int LONGEST_NAME = 38;

    private Figures() {
    }

    /// Four digits or so, and no more behind the point than say something.
    static String number(double value) {
        double size = Math.abs(value);
        return fixed(value, size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3);
    }

    /// So many places behind the point.
    static String fixed(double value, int places) {
        return String.format(Locale.ROOT, "%." + places + "f", value);
    }

    static String milliseconds(double nanoseconds) {
        return number(nanoseconds / NANOSECONDS_PER_MILLISECOND);
    }

    /// A share of 0 to 1, rounded.
    static String percent(double share) {
        return fixed(100 * share, 1) + " %";
    }

    /// A share of 0 to 1 with six places, cut off and not rounded: 1.000000 means all.
    static String exactShare(long part, long whole) {
        return whole == 0 ? DataTable.NOTHING : fixed(Math.floor(1e6 * part / whole) / 1e6, 6);
    }

    /// Such as `3.1 GB`, with a thousand bytes to the kB.
    static String amount(double value, String unit) {
        String[] prefixes = {"", "k", "M", "G", "T", "P"};
        int prefix = 0;
        double scaled = value;
        while (scaled >= 1000 && prefix < prefixes.length - 1) {
            scaled /= 1000;
            prefix++;
        }
        return (scaled == Math.rint(scaled) ? fixed(scaled, 0) : fixed(scaled, scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2)) + " "
                + prefixes[prefix] + unit;
    }

    /// Such as `2 runs`.
    static String counted(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    /// Short enough to stand in a chart; what is cut stood in the middle, for names differ at their ends.
    static String shortened(String name) {
        int[] letters = name.codePoints().toArray();
        if (letters.length <= LONGEST_NAME) {
            return name;
        }
        int atEnd = LONGEST_NAME / 2;
        return new String(letters, 0, LONGEST_NAME - atEnd - 1) + "…" + new String(letters, letters.length - atEnd, atEnd);
    }
}
