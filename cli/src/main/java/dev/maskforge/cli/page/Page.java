package dev.maskforge.cli.page;

import dev.maskforge.vision.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A page in one file: whatever it shows is in it, and browsers are told to load nothing.
public final class Page {
    private static final String POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

    private final String title;
    private final List<Content> body;

    private Page(String title, List<Content> body) {
        this.title = title;
        this.body = List.copyOf(body);
    }

    /// A page that begins with its title and a few words about it.
    public static Page of(String title, Content... lead) {
        Element header = Element.of("header", Element.of("h1", title)).containing(lead);
        return new Page(title, List.of(header));
    }

    /// The same with a section behind what is there.
    ///
    /// @param id by which links in the page find it
    public Page withSection(String id, String heading, Content... content) {
        Element section = Element.of("section", Element.of("h2", heading).with("id", id + "-heading")).with("id", id)
                .with("aria-labelledby", id + "-heading").containing(content);
        return with(section);
    }

    /// The same with small print at the end.
    public Page withFooter(Content... content) {
        return with(Element.of("footer", content));
    }

    private Page with(Element more) {
        List<Content> all = new ArrayList<>(body);
        all.add(more);
        return new Page(title, all);
    }

    /// The whole file.
    public String html() {
        StringBuilder html = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">");
        Element charset = Element.of("meta").with("charset", "utf-8");
        Element policy = Element.of("meta").with("http-equiv", "Content-Security-Policy").with("content", POLICY);
        Element.of("head", charset, policy, meta("viewport", "width=device-width, initial-scale=1"), meta("color-scheme", "light dark"),
                Element.of("title", title), StyleSheet.standard()).appendTo(html);
        Element.of("body", Element.of("main").containing(body)).appendTo(html);
        return html.append("</html>\n").toString();
    }

    private static Element meta(String name, String content) {
        return Element.of("meta").with("name", name).with("content", content);
    }

    /// Writes it, whole or not at all.
    ///
    /// @throws dev.maskforge.vision.ImageException if it cannot be written
    public void write(Path file) {
        AtomicFile.write(file, output -> output.write(html().getBytes(StandardCharsets.UTF_8)));
    }
}
