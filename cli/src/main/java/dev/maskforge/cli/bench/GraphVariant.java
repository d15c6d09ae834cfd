package dev.maskforge.cli.bench;

import dev.maskforge.GraphForm;
import dev.maskforge.Segmenter;
import dev.maskforge.passes.rewrite.Optimisation;
import java.util.Locale;
import java.util.Optional;

/// One of several graphs of a checkpoint that are measured against each other.
///
/// @param name         what tells its row from the others'
/// @param form         what engines get
/// @param optimisation the passes that make it, if they are not the engine's own
public record GraphVariant(String name, GraphForm form, Optional<Optimisation> optimisation) {
    /// A form, made as the engine has it.
    public static GraphVariant of(GraphForm form) {
        return new GraphVariant(form.name().toLowerCase(Locale.ROOT), form, Optional.empty());
    }

    /// An optimised graph, made by these passes.
    static GraphVariant of(String name, Optimisation optimisation) {
        return new GraphVariant(name, GraphForm.OPTIMISED, Optional.of(optimisation));
    }

    Segmenter.Options in(Segmenter.Options options) {
        Segmenter.Options formed = options.withGraphForm(form);
        return optimisation.map(formed::withOptimisation).orElse(formed);
    }
}
