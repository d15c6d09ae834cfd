package dev.maskforge.engine;

import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/// The engines on the class path.
public final class Engines {
    private Engines() {
    }

    /// All of them, those that cannot run here too.
    ///
    /// @throws EngineException if one is on the class path but cannot be loaded
    public static List<EngineProvider> all() {
        try {
            return ServiceLoader.load(EngineProvider.class, Engines.class.getClassLoader()).stream().map(ServiceLoader.Provider::get)
                    .toList();
        } catch (ServiceConfigurationError | LinkageError e) {
            throw new EngineException("an engine on the class path does not load: " + e + "; remove its jar or mend it", e);
        }
    }

    /// The engine of this name, which must be able to run.
    ///
    /// @throws EngineException if there is none, or its runtime is missing; the message says what there is and what to do
    public static EngineProvider named(String name) {
        List<EngineProvider> all = all();
        EngineProvider provider = all.stream().filter(candidate -> candidate.name().equals(name)).findFirst()
                .orElseThrow(() -> new EngineException("there is no engine '" + name + "'; there is "
                        + all.stream().map(Engines::describe).collect(Collectors.joining(", "))));
        return switch (provider.availability()) {
            case Availability.Available _ -> provider;
            case Availability.Missing(String reason, String cure) ->
                throw new EngineException("engine '" + name + "' cannot run: " + reason + "; " + cure);
        };
    }

    private static String describe(EngineProvider provider) {
        return switch (provider.availability()) {
            case Availability.Available _ -> provider.name();
            case Availability.Missing(String reason, String cure) -> provider.name() + " (cannot run: " + reason + "; " + cure + ")";
        };
    }
}
