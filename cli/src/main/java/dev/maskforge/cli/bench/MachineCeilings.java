package dev.maskforge.cli.bench;

import dev.maskforge.Segmenter;
import dev.maskforge.cli.bench.Bench.Computing;
import dev.maskforge.engine.Availability;
import dev.maskforge.engine.Device;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Engines;
import dev.maskforge.measure.Ceilings;
import dev.maskforge.measure.CeilingsMeter;
import dev.maskforge.measure.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// When the machine's ceilings are measured.
public enum MachineCeilings {
    /// Once, and then taken from the cache.
    CACHED,
    /// Now, for the cache too.
    FRESH,
    /// Never.
    NONE;

    /// The ceilings of what engines compute on. A processor's are those that the default engine reaches.
    ///
    /// @param says is told when they are being measured
    public Map<Computing, Ceilings> of(Collection<Computing> all, EngineOptions options, Consumer<String> says) {
        Map<Computing, Ceilings> ceilings = new HashMap<>();
        all.forEach(each -> of(Engines.named(each.engine()), options.withPrecision(each.precision()), says)
                .ifPresent(found -> ceilings.put(each, found)));
        return ceilings;
    }

    private Optional<Ceilings> of(EngineProvider engine, EngineOptions options, Consumer<String> says) {
        if (this == NONE) {
            return Optional.empty();
        }
        // Kernels of ours may do what a convolution asks for with fewer operations than are counted.
        EngineProvider provider = (engine.device().kind() == Device.Kind.CPU ? Engines.named(Segmenter.DEFAULT_ENGINE) : engine)
                .withoutOwnKernels();
        String key = String.join("\n", provider.device().name(), provider.name(), version(provider), options.precision().toString(),
                options.threads() + " threads", effort(provider).toString());
        CeilingsCache cache = CeilingsCache.ofUser();
        return Optional.of(
                this == FRESH ? cache.put(key, measure(provider, options, says)) : cache.get(key, () -> measure(provider, options, says)));
    }

    private static Ceilings measure(EngineProvider provider, EngineOptions options, Consumer<String> says) {
        says.accept("measuring what " + provider.device().name() + " can do at best in " + options.precision());
        return new CeilingsMeter(Clock.SYSTEM, effort(provider)).measure(provider, options);
    }

    private static CeilingsMeter.Effort effort(EngineProvider provider) {
        return provider.device().kind() == Device.Kind.GPU ? CeilingsMeter.Effort.large() : CeilingsMeter.Effort.standard();
    }

    private static String version(EngineProvider provider) {
        return switch (provider.availability()) {
            case Availability.Available(String version, _) -> version;
            case Availability.Missing(String reason, _) -> reason;
        };
    }
}
