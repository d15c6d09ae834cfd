package dev.maskforge.cli;

/// Text from outside, such as a file's name, made fit for a line on a terminal.
final class Line {
    private Line() {
    }

    /// The text with what would break a line, steer a terminal or disguise a name written as its number, as Java escapes it.
    static String of(Object text) {
        StringBuilder line = new StringBuilder();
        text.toString().codePoints().forEach(character -> {
            switch (Character.getType(character)) {
                case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
                    line.append(String.format("\\%c%04x", 'u', character));
                default -> line.appendCodePoint(character);
            }
        });
        return line.toString();
    }
}
