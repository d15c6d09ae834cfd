package dev.maskforge.checkpoint.pickle;

import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.util.regex.Pattern;

/// Numbers as pickles write them.
final class Numbers {
    private static final Pattern WHOLE = Pattern.compile("[-+]?[0-9]+");
    private static final Pattern INDEX = Pattern.compile("[0-9]{1,10}");
    private static final Pattern REAL = Pattern.compile("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)(e[-+]?[0-9]+)?");

    private Numbers() {
    }

    static BigInteger whole(long offset, String line) {
        if (!WHOLE.matcher(line).matches()) {
            throw notANumber(offset, line);
        }
        return new BigInteger(line);
    }

    /// A place in the memo.
    static long index(long offset, String line) {
        if (!INDEX.matcher(line).matches()) {
            throw notANumber(offset, line);
        }
        return Long.parseLong(line);
    }

    static double real(long offset, String line) {
        return switch (line) {
            case "nan" -> Double.NaN;
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> {
                if (!REAL.matcher(line).matches()) {
                    throw notANumber(offset, line);
                }
                yield Double.parseDouble(line);
            }
        };
    }

    /// An integer in two's complement; no bytes are 0.
    static BigInteger littleEndian(Stored stored) {
        byte[] bytes = stored.memory().toArray(ValueLayout.JAVA_BYTE);
        byte[] bigEndian = new byte[bytes.length + 1];
        for (int i = 0; i < bytes.length; i++) {
            bigEndian[bytes.length - i] = bytes[i];
        }
        bigEndian[0] = (byte) (bytes.length > 0 && bytes[bytes.length - 1] < 0 ? -1 : 0);
        return new BigInteger(bigEndian);
    }

    private static PickleException notANumber(long offset, String line) {
        return PickleException.damaged(offset, "'" + line + "' is not a number");
    }
}
