package dev.maskforge.checkpoint.pickle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// How pickles write texts and bytes.
enum Encoding {
    /// As they are; as a text, Latin-1.
    RAW(1) {
        @Override
        void decodeBytes(Stored stored, MemorySegment target) {
            if (stored.length() != target.byteSize()) {
                throw wrongLength(stored, target);
            }
            target.copyFrom(stored.memory());
        }

        @Override
        String decodeText(Stored stored) {
            return new String(stored.memory().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
        }
    },

    /// Characters in UTF-8.
    UTF_8(4) {
        @Override
        void decodeBytes(Stored stored, MemorySegment target) {
            Utf8.decodeLatin1(stored, target);
        }

        @Override
        String decodeText(Stored stored) {
            byte[] bytes = stored.memory().toArray(ValueLayout.JAVA_BYTE);
            try {
                return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            } catch (CharacterCodingException _) {
                throw PickleException.damaged(stored.offset(), "a text is not UTF-8");
            }
        }
    },

    /// Latin-1 in which a backslash with `u` and four, or `U` and eight hexadecimal digits stands for a character.
    UNICODE_ESCAPES(10) {
        @Override
        void decodeBytes(Stored stored, MemorySegment target) {
            EscapedCharacters.ofUnicode(stored).copyTo(target);
        }

        @Override
        String decodeText(Stored stored) {
            return EscapedCharacters.ofUnicode(stored).text();
        }
    },

    /// Latin-1 with the escapes of Python's string literals.
    LITERAL_ESCAPES(4) {
        @Override
        void decodeBytes(Stored stored, MemorySegment target) {
            EscapedCharacters.ofLiteral(stored).copyTo(target);
        }

        @Override
        String decodeText(Stored stored) {
            return EscapedCharacters.ofLiteral(stored).text();
        }
    };

    private final int longest;

    Encoding(int longest) {
        this.longest = longest;
    }

    /// The most bytes that a character takes.
    int longest() {
        return longest;
    }

    abstract void decodeBytes(Stored stored, MemorySegment target);

    abstract String decodeText(Stored stored);

    static PickleException wrongLength(Stored stored, MemorySegment target) {
        return PickleException.damaged(stored.offset(),
                "the content of an array is not the " + target.byteSize() + " bytes that its shape takes");
    }
}
