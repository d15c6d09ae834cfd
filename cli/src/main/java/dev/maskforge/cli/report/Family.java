package dev.maskforge.cli.report;

import dev.maskforge.measure.Result;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/// The architectures of the published tables.
enum Family {
    MASKFORMER("MaskFormer"), MASK2FORMER("Mask2Former");

    private final String text;

    Family(String text) {
        this.text = text;
    }

    /// Of a measured model. Result files do not say it, so it is taken from the names of row and model, where one is in it: what
    /// stands last, since a folder may be called after the other (`maskformer/mask2former-r50.pkl`).
    static Optional<Family> of(Result result) {
        return lastIn(result.subject()).or(() -> lastIn(result.setup().model()));
    }

    private static Optional<Family> lastIn(String text) {
        String name = text.toLowerCase(Locale.ROOT);
        return Arrays.stream(values()).filter(family -> family.placeIn(name) >= 0)
                .max(Comparator.comparingInt(family -> family.placeIn(name)));
    }

    private int placeIn(String name) {
        return name.lastIndexOf(text.toLowerCase(Locale.ROOT));
    }

    static Optional<Family> named(String text) {
        return Arrays.stream(values()).filter(family -> family.text.equals(text)).findFirst();
    }

    @Override
    public String toString() {
        return text;
    }
}
