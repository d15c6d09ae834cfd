package dev.maskforge.cli.page;

/// A number with a small bar that shows it.
public final class Bar {
    private static final double WHOLE = 100;

    private Bar() {
    }

    /// A bar.
    ///
    /// @param share 0 to 1, the bar's length
    /// @param text  the number as it is read
    /// @param tint  which of the page's colours, 1 or more
    public static Element of(double share, String text, int tint) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("a bar's length is a share from 0 to 1, not " + share);
        }
        Element length = Element.of("span").with("class", "length tint-" + tint).with("style",
                "width:" + Numbers.shortest(WHOLE * share) + "%");
        return Element.of("span", Element.of("span", text).with("class", "value"),
                Element.of("span", length).with("class", "track").with("aria-hidden", "true")).with("class", "bar");
    }
}
