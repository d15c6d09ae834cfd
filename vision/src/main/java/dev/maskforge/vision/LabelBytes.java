package dev.maskforge.vision;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Labels of one byte, eight to a number and four numbers at a time: the compiler makes no vectors of a maximum over unsigned bytes,
/// which took longer than all else that is done to a label map on its way out of a GPU.
final class LabelBytes {
    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final int HALF = 128;
    private static final int ALL = 256;

    private LabelBytes() {
    }

    /// Whether all of a range of labels, 0 to 255, are below a limit.
    static boolean areBelow(int limit, byte[] labels, int begin, int end) {
        if (limit >= ALL || begin >= end) {
            return true;
        }
        if (limit <= 0) {
            return false;
        }
        // Added to the low seven bits of a byte, this reaches its high bit if these are not below the limit, or below what it has above
        // a half.
        boolean isAboveHalf = limit > HALF;
        long rest = (isAboveHalf ? ALL - limit : HALF - limit) * ONES;
        long found = 0;
        int at = begin;
        for (; at + 4 * Long.BYTES <= end; at += 4 * Long.BYTES) {
            found |= (found(labels, at, rest, isAboveHalf) | found(labels, at + Long.BYTES, rest, isAboveHalf))
                    | (found(labels, at + 2 * Long.BYTES, rest, isAboveHalf) | found(labels, at + 3 * Long.BYTES, rest, isAboveHalf));
        }
        boolean areBelow = (found & HIGH_BITS) == 0;
        for (; at < end; at++) {
            areBelow &= Byte.toUnsignedInt(labels[at]) < limit;
        }
        return areBelow;
    }

    /// With the high bit of each of eight labels that is not below the limit.
    private static long found(byte[] labels, int at, long rest, boolean isAboveHalf) {
        long eight = (long) EIGHT.get(labels, at);
        long reaches = (eight & ~HIGH_BITS) + rest;
        return isAboveHalf ? reaches & eight : reaches | eight;
    }
}
