package dev.maskforge;

import dev.maskforge.engine.EngineProvider;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.passes.RemoveUnused;
import dev.maskforge.passes.rewrite.Optimisation;

/// What an engine gets of a checkpoint's graph.
public enum GraphForm {
    /// The graph after [the rewrites that the engine gains by][EngineProvider#optimisation()].
    OPTIMISED,
    /// The graph as authored, but for what the engine lacks: the control that the other is held against.
    AUTHORED;

    /// The form of those who choose none: optimised, and on the engine that is the control as authored.
    public static GraphForm standard(EngineProvider provider) {
        return provider.isControl() ? AUTHORED : OPTIMISED;
    }

    /// What makes a graph of this form.
    ///
    /// @param optimisation the rewrites that the engine gains by
    /// @param lowering     to what the engine has
    public Pipeline pipeline(Optimisation optimisation, Lowering lowering) {
        return switch (this) {
            case OPTIMISED -> optimisation.then(lowering);
            case AUTHORED -> Pipeline.of(lowering, new RemoveUnused());
        };
    }
}
