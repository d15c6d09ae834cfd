package dev.maskforge.architecture;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import static java.util.Map.entry;
import static java.util.stream.Collectors.toSet;

/// The table of modules: which package belongs to which, and which may see which (docs/architecture.md).
final class Modules {
    private static final String ROOT = "dev.maskforge";
    private static final String LIBRARY = "maskforge";

    /// The table's arrows. What a module sees, it sees through that module's types too, so the rule takes their closure.
    private static final Map<String, Set<String>> SEES = Map.ofEntries(
            entry("graph", Set.of()),
            entry("checkpoint", Set.of("graph")),
            entry("models", Set.of("graph", "checkpoint")),
            entry("passes", Set.of("graph")),
            entry("engine", Set.of("graph", "passes")),
            entry("kernels", Set.of("graph")),
            entry("engine.onnxruntime", Set.of("engine", "kernels")),
            entry("engine.tensorrt", Set.of("engine", "kernels")),
            entry("vision", Set.of("graph", "kernels")),
            entry("evaluation", Set.of("vision")),
            entry("measure", Set.of("engine")),
            entry("scenes", Set.of("vision")),
            entry(LIBRARY, Set.of("graph", "checkpoint", "models", "passes", "engine", "vision")),
            entry("cli", Set.of(LIBRARY, "evaluation", "measure", "scenes")),
            entry("benchmarks", Set.of(LIBRARY)));

    private Modules() {
    }

    /// The module of a class: the longest package in the table that holds it, the library for the root package, empty for foreign classes.
    static Optional<String> of(JavaClass type) {
        String name = type.getPackageName();
        if (name.equals(ROOT)) {
            return Optional.of(LIBRARY);
        }
        if (!name.startsWith(ROOT + ".")) {
            return Optional.empty();
        }
        String inside = name.substring(ROOT.length() + 1);
        return Optional.of(SEES.keySet().stream()
                .filter(module -> inside.equals(module) || inside.startsWith(module + "."))
                .reduce((a, b) -> a.length() > b.length() ? a : b)
                .orElse(LIBRARY));
    }

    /// Holds for a class that depends on classes of its own module and of those that the table allows.
    static ArchCondition<JavaClass> seeOnlyWhatTheTableAllows() {
        return new ArchCondition<>("see only the modules that the table in docs/architecture.md allows") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                String module = of(type).orElseThrow();
                Set<String> visible = closure(module);
                for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                    Optional<String> target = of(dependency.getTargetClass());
                    if (target.isPresent() && !visible.contains(target.get())) {
                        events.add(SimpleConditionEvent.violated(type,
                                "'" + module + "' may not see '" + target.get() + "': " + dependency.getDescription()));
                    }
                }
            }
        };
    }

    private static Set<String> closure(String module) {
        Set<String> seen = new HashSet<>(Set.of(module));
        Set<String> added = Set.of(module);
        while (!added.isEmpty()) {
            added = added.stream().flatMap(each -> SEES.getOrDefault(each, Set.of()).stream()).filter(each -> !seen.contains(each))
                    .collect(toSet());
            seen.addAll(added);
        }
        return seen;
    }
}
