package dev.maskforge.checkpoint.pickle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Where in the file a text or bytes lie, and how they are written there.
///
/// @param file   the whole file
/// @param offset of the first byte in it
/// @param length in the file, in bytes
record Stored(MemorySegment file, long offset, long length, Encoding encoding) {
    static Stored empty() {
        return new Stored(MemorySegment.NULL, 0, 0, Encoding.RAW);
    }

    /// Whether so many bytes, or characters, can come out. For raw bytes the answer is exact, else the true number is known
    /// only once everything is decoded.
    boolean mayHold(long count) {
        return count <= length && count >= length / encoding.longest();
    }

    /// Whether the first and the last byte are this character.
    boolean startsAndEndsWith(char character) {
        return file.get(ValueLayout.JAVA_BYTE, offset) == character && file.get(ValueLayout.JAVA_BYTE, offset + length - 1) == character;
    }

    /// All but the first and the last byte.
    Stored inner() {
        return new Stored(file, offset + 1, length - 2, encoding);
    }

    /// The bytes as they lie in the file.
    MemorySegment memory() {
        return file.asSlice(offset, length);
    }

    /// Writes the bytes, or the characters as Latin-1, to memory that they fill.
    ///
    /// @throws PickleException if they do not fill it, are malformed, or are beyond Latin-1
    void decodeBytes(MemorySegment target) {
        encoding.decodeBytes(this, target);
    }

    String decodeText() {
        return encoding.decodeText(this);
    }
}
