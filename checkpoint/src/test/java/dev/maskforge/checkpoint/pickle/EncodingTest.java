package dev.maskforge.checkpoint.pickle;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/// The four ways in which pickles write texts and bytes. Decoding is exact.
class EncodingTest {
    /// Around the 16 KiB that are decoded at a time.
    private static final List<Integer> LENGTHS = List.of(0, 1, 2, 3, 8191, 8192, 10_922, 10_923, 16_383, 16_384, 16_385, 40_000, 100_000);

    @Test
    void utf8OfAnyBytesGivesThemBack() {
        Random random = new Random(1);
        for (int length : LENGTHS) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            byte[] encoded = new String(bytes, StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.UTF_8);
            assertArrayEquals(bytes, decode(Encoding.UTF_8, encoded, length));
            assertThrows(PickleException.class, () -> decode(Encoding.UTF_8, encoded, length + 1));
            if (length > 0) {
                assertThrows(PickleException.class, () -> decode(Encoding.UTF_8, encoded, length - 1));
            }
        }
    }

    @Test
    void utf8IsReadOnlyWhereJavaReadsItAsLatin1() {
        int sound = 0;
        for (int first = 0; first < 256; first++) {
            for (int second = 0; second < 256; second++) {
                byte[] encoded = {(byte) first, (byte) second};
                String text = new String(encoded, StandardCharsets.UTF_8);
                boolean isSound = text.chars().allMatch(character -> character < 256);
                if (isSound) {
                    sound++;
                    assertArrayEquals(text.getBytes(StandardCharsets.ISO_8859_1), decode(Encoding.UTF_8, encoded, text.length()));
                } else {
                    for (int length = 0; length <= 2; length++) {
                        int size = length;
                        assertThrows(PickleException.class, () -> decode(Encoding.UTF_8, encoded, size));
                    }
                }
            }
        }
        // 128 * 128 pairs of ASCII, 2 * 64 characters of two bytes.
        assertEquals(128 * 128 + 128, sound);
    }

    @Test
    void unicodeEscapesAreThoseOfPythonsRawCodec() {
        // Left, what the file has; right, what Python 3.11 makes of it: b'...'.decode('raw-unicode-escape').
        Map<String, String> texts = Map.of("plain", "plain", "\\u000a", "\n", "\\u005c", "\\", "\\\\u0041", "\\\\u0041", "\\n", "\\n",
                "a\\",
                "a\\", "\u00e9\\u00e9", "\u00e9\u00e9", "\\U0001f600", "\ud83d\ude00", "\\\\\\u0041", "\\\\A", "\\u20AC", "\u20ac");
        texts.forEach((written, read) -> {
            byte[] bytes = written.getBytes(StandardCharsets.ISO_8859_1);
            assertEquals(read, stored(Encoding.UNICODE_ESCAPES, bytes).decodeText(), written);
        });
        assertArrayEquals(new byte[]{0, 10, (byte) 0xe9, '\\'},
                decode(Encoding.UNICODE_ESCAPES, "\\u0000\\u000a\u00e9\\u005c".getBytes(StandardCharsets.ISO_8859_1), 4));
        assertThrows(PickleException.class, () -> decode(Encoding.UNICODE_ESCAPES, "\\u0100".getBytes(StandardCharsets.ISO_8859_1), 1));
    }

    @Test
    void literalEscapesAreThoseOfPython2() {
        byte[] written = "a\\n\\r\\t\\\\\\'\\\"\\x00\\xfF\u00e9".getBytes(StandardCharsets.ISO_8859_1);
        byte[] read = "a\n\r\t\\'\"\0\u00ff\u00e9".getBytes(StandardCharsets.ISO_8859_1);
        assertArrayEquals(read, decode(Encoding.LITERAL_ESCAPES, written, read.length));
    }

    private static Stored stored(Encoding encoding, byte[] bytes) {
        return new Stored(MemorySegment.ofArray(bytes), 0, bytes.length, encoding);
    }

    private static byte[] decode(Encoding encoding, byte[] bytes, int length) {
        byte[] decoded = new byte[length];
        stored(encoding, bytes).decodeBytes(MemorySegment.ofArray(decoded));
        return decoded;
    }
}
