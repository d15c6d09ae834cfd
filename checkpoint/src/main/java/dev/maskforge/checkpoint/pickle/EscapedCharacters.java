package dev.maskforge.checkpoint.pickle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The characters of a Latin-1 text with escapes, one after the other.
final class EscapedCharacters {
    private final Stored stored;
    private final boolean literal;
    private final long end;
    private long position;
    private boolean afterLoneBackslash;

    private EscapedCharacters(Stored stored, boolean literal) {
        this.stored = stored;
        this.literal = literal;
        this.position = stored.offset();
        this.end = stored.offset() + stored.length();
    }

    /// Python's codec `raw-unicode-escape`: a backslash before anything but `u` and `U` stands for itself, and so does what
    /// follows it.
    static EscapedCharacters ofUnicode(Stored stored) {
        return new EscapedCharacters(stored, false);
    }

    /// The escapes that Python 2's `repr` of a string writes.
    static EscapedCharacters ofLiteral(Stored stored) {
        return new EscapedCharacters(stored, true);
    }

    void copyTo(MemorySegment target) {
        long written = 0;
        while (position < end) {
            int character = next();
            if (character > 0xff) {
                throw PickleException.damaged(stored.offset(), "a text that should hold an array's bytes has characters beyond Latin-1");
            }
            if (written == target.byteSize()) {
                throw Encoding.wrongLength(stored, target);
            }
            target.set(ValueLayout.JAVA_BYTE, written, (byte) character);
            written++;
        }
        if (written != target.byteSize()) {
            throw Encoding.wrongLength(stored, target);
        }
    }

    String text() {
        StringBuilder text = new StringBuilder();
        while (position < end) {
            text.appendCodePoint(next());
        }
        return text.toString();
    }

    private int next() {
        int character = read();
        if (afterLoneBackslash) {
            afterLoneBackslash = false;
            return character;
        }
        if (character != '\\') {
            return character;
        }
        return literal ? literalEscape() : unicodeEscape();
    }

    private int unicodeEscape() {
        int letter = position < end ? stored.file().get(ValueLayout.JAVA_BYTE, position) : 0;
        if (letter != 'u' && letter != 'U') {
            afterLoneBackslash = true;
            return '\\';
        }
        position++;
        int character = hexadecimal(letter == 'u' ? 4 : 8);
        if (!Character.isValidCodePoint(character)) {
            throw malformed();
        }
        return character;
    }

    private int literalEscape() {
        if (position == end) {
            throw malformed();
        }
        int letter = read();
        return switch (letter) {
            case '\\', '\'', '"' -> letter;
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'x' -> hexadecimal(2);
            default -> throw malformed();
        };
    }

    private int hexadecimal(int digits) {
        if (end - position < digits) {
            throw malformed();
        }
        int number = 0;
        for (int i = 0; i < digits; i++) {
            int digit = Character.digit(read(), 16);
            if (digit < 0) {
                throw malformed();
            }
            number = number << 4 | digit;
        }
        return number;
    }

    private int read() {
        int character = Byte.toUnsignedInt(stored.file().get(ValueLayout.JAVA_BYTE, position));
        position++;
        return character;
    }

    private PickleException malformed() {
        return PickleException.damaged(position, "a text has a backslash that begins no escape");
    }
}
