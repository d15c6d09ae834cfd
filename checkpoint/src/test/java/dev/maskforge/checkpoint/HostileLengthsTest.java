package dev.maskforge.checkpoint;

import java.util.List;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertTrue;

/// Lengths and places that are not so.
class HostileLengthsTest {
    private static final List<Long> LIES = List.of(13L, 0x7fff_fff0L, (1L << 31) - 1, 1L << 31, (1L << 32) - 1, 1L << 40, Long.MAX_VALUE,
            -1L,
            Long.MIN_VALUE);

    @Test
    void lengthsAreComparedWithTheFileBeforeAnythingIsAllocated() {
        for (long lie : LIES) {
            // BINUNICODE8, BINBYTES8, BYTEARRAY8
            for (String operation : List.of("\215", "\216", "\226")) {
                refused(PickleWriter.protocol(5).raw(operation).int64(lie).raw("twelve bytes").unfinished(), "bytes follow");
            }
        }
        for (int lie : List.of(13, 0x7fff_fff0, Integer.MAX_VALUE, Integer.MIN_VALUE, -1)) {
            // BINUNICODE, BINBYTES, BINSTRING
            for (String operation : List.of("X", "B", "T")) {
                refused(PickleWriter.protocol(4).raw(operation).int32(lie).raw("twelve bytes").unfinished(), "bytes follow");
            }
            refused(PickleWriter.protocol(2).raw("\213").int32(lie).raw("twelve bytes").unfinished(), "bytes");
        }
        refused(PickleWriter.protocol(4).raw("\214\15twelve bytes").unfinished(), "says that 13 bytes follow, the file has 12");
        refused(PickleWriter.protocol(4).raw("C\15twelve bytes").unfinished(), "says that 13 bytes follow, the file has 12");
        refused(PickleWriter.protocol(4).raw("U\15twelve bytes").unfinished(), "says that 13 bytes follow, the file has 12");
    }

    @Test
    void integersHaveALimit() {
        refused(PickleWriter.protocol(2).raw("\212\21seventeen  bytes.").stop(), "an integer of 17 bytes is over the limit of 16");
        refused(PickleWriter.protocol(2).raw("\213").int32(1 << 20).raw("1".repeat(1 << 20)).stop(), "over the limit of 16");
        refused(PickleWriter.old().raw("}(L" + "1".repeat(60) + "L\n").stop(), "bits is over the limit");
        refused(PickleWriter.old().raw("}(L" + "1".repeat(1 << 20) + "L\n").stop(), "over the limit of 64");
        refused(PickleWriter.old().raw("}(I" + "1".repeat(1 << 20) + "\n").stop(), "over the limit of 64");
        refused(PickleWriter.old().raw("}(F" + "1".repeat(1 << 20) + "\n").stop(), "over the limit of 64");
    }

    @Test
    void numbersAreNumbers() {
        for (String line : List.of("I", "Ix", "I 1", "I1_0", "I0x10", "L", "LL", "F", "F1d", "F0x1p3", "FInfinity", "F1e", "I\u0661",
                "I1\r")) {
            refused(PickleWriter.old().raw("}(" + line + "\n").stop(), "is not a number");
        }
    }

    @Test
    void placesInTheMemoNeedNoRoom() {
        for (int index : List.of(1, 1 << 20, Integer.MAX_VALUE, -1)) {
            refused(PickleWriter.protocol(2).raw("}").get(index).stop(),
                    "nothing was remembered as number " + Integer.toUnsignedLong(index));
            refused(PickleWriter.protocol(2).raw("}").put(index).get(index).raw("0").stop(), "the operation POP");
        }
        refused(PickleWriter.old().raw("}(g99\n").stop(), "nothing was remembered as number 99");
        refused(PickleWriter.old().raw("}(p-1\n").stop(), "is not a number");
        refused(PickleWriter.old().raw("}(g99999999999999999999\n").stop(), "is not a number");
    }

    @Test
    void linesEnd() {
        for (String operation : List.of("V", "S'", "c", "i", "I", "L", "F", "g", "p")) {
            refused(PickleWriter.protocol(2).raw(operation).raw("x".repeat(100_000)).unfinished(), "the file ends inside the line of");
        }
    }

    @Test
    void literalsHaveQuotesAndSoundEscapes() {
        for (String line : List.of("", "'", "x", "'x\"", "x'")) {
            refused(PickleWriter.protocol(2).raw("S" + line + "\n").stop(), "does not stand between quotes");
        }
        for (String escape : List.of("\\", "\\x", "\\x1", "\\xg1", "\\q", "\\8")) {
            refused(PickleWriter.protocol(2).raw("}S'" + escape + "'\nNs").stop(), "begins no escape");
        }
        for (String escape : List.of("\\u", "\\u12", "\\u12g4", "\\U00110000", "\\Uffffffff")) {
            refused(PickleWriter.protocol(2).raw("}V" + escape + "\nNs").stop(), "begins no escape");
        }
    }

    private static void refused(byte[] pickle, String because) {
        String message = Refusals.of(pickle);
        assertTrue(message.contains(because), message);
    }
}
