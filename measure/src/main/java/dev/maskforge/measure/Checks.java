package dev.maskforge.measure;

import java.util.List;
import java.util.Objects;

/// What holds of everything that is read from a file.
final class Checks {
    private static final int LONGEST_TEXT = 4096;

    private Checks() {
    }

    /// @throws IllegalArgumentException with the message, if it does not hold
    static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /// The list itself, made unmodifiable; in a file, elements may be null.
    static <T> List<T> list(String name, List<T> list) {
        require(list.stream().noneMatch(Objects::isNull), name + " has null in it");
        return List.copyOf(list);
    }

    static void text(String name, String text) {
        require(!text.isBlank() && text.length() <= LONGEST_TEXT, name + " has 1 to " + LONGEST_TEXT + " characters");
    }

    static void size(String name, int size) {
        require(size >= 1 && size <= 1_000_000, name + " is " + size + ", not from 1 to 1000000");
    }

    static void count(String name, long count) {
        require(count >= 0, name + " is " + count + ", less than nothing");
    }

    static void seconds(String name, double seconds) {
        require(seconds >= 0 && Double.isFinite(seconds), name + " is " + seconds + ", no time in seconds");
    }
}
