package dev.maskforge.checkpoint;

import java.util.stream.Collectors;

/// Text from a file, made fit for a message of one line.
final class Printable {
    private Printable() {
    }

    /// The text with what would break or disguise a line written as its number, as Java escapes it.
    static String line(String text) {
        if (isLine(text)) {
            return text;
        }
        return text.codePoints().mapToObj(Printable::escaped).collect(Collectors.joining());
    }

    private static String escaped(int character) {
        return isPrintable(character) ? Character.toString(character) : String.format("\\%c%04x", 'u', character);
    }

    /// Whether nothing in the text would break or disguise a line.
    static boolean isLine(String text) {
        return isPlain(text) || text.codePoints().allMatch(Printable::isPrintable);
    }

    /// Nearly every name is: a million of them are told in no time.
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }

    /// The text as one line, cut where that line, numbers included, is longer than a number of characters.
    static String line(String text, int limit) {
        StringBuilder line = new StringBuilder();
        for (int place = 0; place < text.length(); place += Character.charCount(text.codePointAt(place))) {
            String next = escaped(text.codePointAt(place));
            if (line.length() + next.length() > limit) {
                return line + "…";
            }
            line.append(next);
        }
        return line.toString();
    }

    private static boolean isPrintable(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
                false;
            default -> true;
        };
    }
}
