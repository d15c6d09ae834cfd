package dev.maskforge.cli.page;

/// A piece of a page. Immutable; text of any origin may be in it, for it is escaped when it is written.
///
/// What is written is HTML and well-formed XML at once.
public sealed interface Content permits Content.Text, Element, StyleSheet {
    /// Appends it as HTML.
    void appendTo(StringBuilder html);

    static Content text(String text) {
        return new Text(text);
    }

    /// Letters that mean themselves.
    record Text(String text) implements Content {
        @Override
        public void appendTo(StringBuilder html) {
            Escaping.append(text, html);
        }
    }
}
