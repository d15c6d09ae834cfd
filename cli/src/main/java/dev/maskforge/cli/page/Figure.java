package dev.maskforge.cli.page;

/// Something to look at, with the words below it.
public final class Figure {
    private Figure() {
    }

    public static Element of(Content shown, Content... caption) {
        return Element.of("figure", shown, Element.of("figcaption", caption));
    }
}
