package dev.maskforge.cli.report;

import dev.maskforge.measure.Result;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// The architectures of the published tables.
enum Family {
    MASKFORMER("MaskFormer"), MASK2FORMER("Mask2Former");

    private final String text;

    Family(String text) {
        this.text = text;
    }

    /// Of a measured model. Result files do not say it, so it is taken from the names of model and row, where one is in it.
    static Optional<Family> of(Result result) {
        String names = (result.setup().model() + " " + result.subject()).toLowerCase(Locale.ROOT);
        return Arrays.stream(values()).filter(family -> names.contains(family.text.toLowerCase(Locale.ROOT))).findFirst();
    }

    static Optional<Family> named(String text) {
        return Arrays.stream(values()).filter(family -> family.text.equals(text)).findFirst();
    }

    @Override
    public String toString() {
        return text;
    }
}
