package dev.maskforge.cli.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// How a page looks: in light and in dark, on screens of all widths and on paper. Style sheets are not escaped, so this one
/// is a resource of the program, which loads nothing and has no character of markup.
final class StyleSheet implements Content {
    private final String rules;

    private StyleSheet(String rules) {
        if (rules.contains("<") || rules.contains("&") || rules.contains("@import") || rules.contains("url(")) {
            throw new IllegalStateException("the style sheet has markup in it, or loads something");
        }
        this.rules = rules;
    }

    static StyleSheet standard() {
        try (InputStream file = StyleSheet.class.getResourceAsStream("page.css")) {
            if (file == null) {
                throw new IllegalStateException("the program lacks its style sheet");
            }
            return new StyleSheet(new String(file.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void appendTo(StringBuilder html) {
        html.append("<style>\n").append(rules).append("</style>");
    }
}
