package dev.maskforge.cli.page;

/// What keeps text from being read as markup.
final class Escaping {
    private static final int REPLACEMENT = 0xfffd;

    private Escaping() {
    }

    /// Appends text so that it means itself, between tags and between quotation marks. Characters that XML cannot hold are
    /// replaced, and so are those that would show the text around a hostile name in another order (Boucher and Anderson, "Trojan
    /// source", 2021).
    static void append(String text, StringBuilder html) {
        text.codePoints().forEach(character -> {
            switch (character) {
                case '&' -> html.append("&amp;");
                case '<' -> html.append("&lt;");
                case '>' -> html.append("&gt;");
                case '"' -> html.append("&quot;");
                default -> html.appendCodePoint(isAllowed(character) && !turnsText(character) ? character : REPLACEMENT);
            }
        });
    }

    /// Embeddings, overrides and isolates of Unicode's bidirectional algorithm.
    private static boolean turnsText(int character) {
        return character >= 0x202a && character <= 0x202e || character >= 0x2066 && character <= 0x2069;
    }

    /// XML 1.0, production 2, without control characters other than white space.
    private static boolean isAllowed(int character) {
        return character == '\t' || character == '\n' || character >= 0x20 && character <= 0x7e || character >= 0xa0 && character <= 0xd7ff
                || character >= 0xe000 && character <= 0xfffd || character >= 0x10000;
    }
}
