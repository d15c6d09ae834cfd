package dev.maskforge.checkpoint.pickle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// UTF-8 in which every character is below 256, as numpy's bytes come in protocol 2.
final class Utf8 {
    private static final int CHUNK = 1 << 14;

    private Utf8() {
    }

    /// Writes each character as one byte.
    ///
    /// Of an array's bytes half are characters of two bytes, in no order that a branch predictor could learn. So each byte
    /// is written where the next character belongs, and only the last byte of a character moves that place on.
    static void decodeLatin1(Stored stored, MemorySegment target) {
        byte[] input = new byte[CHUNK];
        byte[] output = new byte[CHUNK];
        int afterLead = 0;
        int highBit = 0;
        int faults = 0;
        long written = 0;
        for (long done = 0; done < stored.length(); done += CHUNK) {
            int count = (int) Math.min(CHUNK, stored.length() - done);
            MemorySegment.copy(stored.file(), ValueLayout.JAVA_BYTE, stored.offset() + done, input, 0, count);
            int end = 0;
            for (int i = 0; i < count; i++) {
                int value = input[i] & 0xff;
                int top = value >>> 7;
                int lead = top & value >>> 6;
                int continuation = top & ~lead;
                output[end] = (byte) (value + highBit);
                end += 1 - lead;
                // 0xc2 leads to 0x80 to 0xbf, 0xc3 to 0xc0 to 0xff; other leads are overlong or beyond Latin-1.
                faults |= continuation ^ afterLead | lead * (value & 0xfe ^ 0xc2);
                afterLead = lead;
                highBit = (value & lead) << 6;
            }
            if (end > target.byteSize() - written) {
                throw Encoding.wrongLength(stored, target);
            }
            MemorySegment.copy(output, 0, target, ValueLayout.JAVA_BYTE, written, end);
            written += end;
        }
        if ((faults | afterLead) != 0) {
            throw PickleException.damaged(stored.offset(), "a text that should hold an array's bytes is not UTF-8 of Latin-1 characters");
        }
        if (written != target.byteSize()) {
            throw Encoding.wrongLength(stored, target);
        }
    }
}
