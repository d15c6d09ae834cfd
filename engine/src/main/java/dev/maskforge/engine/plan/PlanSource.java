package dev.maskforge.engine.plan;

import dev.maskforge.engine.BuildOptions;
import dev.maskforge.engine.PlanTarget;
import java.util.Map;
import java.util.Optional;

/// What a plan is made of, and so what it must have been made of to be used instead of a new one.
///
/// @param tool    the version of this program, whose passes shape the plan
/// @param graph   SHA-256 of the graph as authored
/// @param options of which threads do not count
public record PlanSource(String tool, String graph, BuildOptions options) {
    /// What differs first between this and what a plan was made of; empty if nothing does.
    Optional<String> difference(PlanRecord plan) {
        if (!plan.graph().equals(graph)) {
            return Optional.of("it was made of another model or graph");
        }
        if (!plan.tool().equals(tool)) {
            return Optional.of("it was made by " + plan.tool() + ", and this is " + tool);
        }
        BuildOptions made = plan.options();
        return first("precision", made.precision(), options.precision()).or(() -> first("profile", made.profile(), options.profile()))
                .or(() -> first("workspace", made.workspaceBytes(), options.workspaceBytes()))
                .or(() -> first("level", made.optimisationLevel(), options.optimisationLevel()))
                .or(() -> first("settings", made.settings(), options.settings()));
    }

    private static Optional<String> first(String what, Object made, Object wanted) {
        return made.equals(wanted)
                ? Optional.empty()
                : Optional.of("it was made with " + what + " " + text(made) + ", and " + text(wanted) + " is wanted");
    }

    private static Object text(Object value) {
        return value instanceof Map<?, ?> map && map.isEmpty() ? "none" : value;
    }

    /// All that decides about the plan's bytes, a line each.
    String text(String engine, PlanTarget target) {
        return String.join("\n", engine, target.toString(), tool, graph, options.withThreads(1).toString());
    }
}
