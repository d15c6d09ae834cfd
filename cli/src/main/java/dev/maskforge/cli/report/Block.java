package dev.maskforge.cli.report;

import dev.maskforge.cli.page.Content;
import dev.maskforge.cli.page.Element;
import dev.maskforge.cli.page.Figure;

/// A piece of a report, which can be written for a browser and as Markdown.
sealed interface Block permits Block.Heading, Block.Paragraph, Block.Graphic, DataTable {
    /// For a page.
    Content content();

    /// Lines of GitHub's Markdown, without an empty one at either end; none of what Markdown cannot show.
    String markdown();

    /// Begins a part of a section.
    record Heading(String text) implements Block {
        @Override
        public Content content() {
            return Element.of("h3", text);
        }

        @Override
        public String markdown() {
            return "### " + Markdown.text(text);
        }
    }

    record Paragraph(String text) implements Block {
        @Override
        public Content content() {
            return Element.of("p", text);
        }

        @Override
        public String markdown() {
            return Markdown.text(text);
        }
    }

    /// Something to look at.
    ///
    /// @param shown   a picture, a chart
    /// @param caption what it shows and how to read it
    record Graphic(Element shown, String caption) implements Block {
        @Override
        public Content content() {
            return Figure.of(shown, Content.text(caption));
        }

        @Override
        public String markdown() {
            return "";
        }
    }
}
