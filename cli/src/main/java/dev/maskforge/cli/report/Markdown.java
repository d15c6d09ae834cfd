package dev.maskforge.cli.report;

/// What keeps text from being read as Markdown or HTML.
final class Markdown {
    private static final String MARKS = "\\`*_[]|~#";
    private static final char REPLACEMENT = '\ufffd';

    private Markdown() {
    }

    /// The text so that it means itself, on one line: marks are escaped, addresses make no links, and what is no letter, such
    /// as the end of a line, is replaced.
    static String text(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(character -> append(character, escaped));
        return escaped.toString().replace("://", ":\\//").replace("www.", "www\\.").replace("@", "\\@");
    }

    private static void append(int character, StringBuilder escaped) {
        switch (character) {
            case '<' -> escaped.append("&lt;");
            case '>' -> escaped.append("&gt;");
            case '&' -> escaped.append("&amp;");
            default -> {
                if (MARKS.indexOf(character) >= 0) {
                    escaped.append('\\');
                }
                escaped.appendCodePoint(breaksLines(character) ? REPLACEMENT : character);
            }
        }
    }

    private static boolean breaksLines(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            // Those that would show the text around in another order.
            default -> character >= 0x202a && character <= 0x202e || character >= 0x2066 && character <= 0x2069;
        };
    }
}
