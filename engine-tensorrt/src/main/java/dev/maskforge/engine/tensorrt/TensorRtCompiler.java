package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.BuildOptions;
import dev.maskforge.engine.BuildProfile;
import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.PlanCompiler;
import dev.maskforge.engine.PlanTarget;
import dev.maskforge.engine.tensorrt.binding.TensorRt;
import dev.maskforge.engine.tensorrt.cuda.CudaDevice;
import dev.maskforge.engine.tensorrt.cuda.DriverCuda;
import dev.maskforge.engine.tensorrt.plan.PlanContainer;
import dev.maskforge.engine.tensorrt.plan.SizeRange;
import dev.maskforge.engine.tensorrt.prepare.AttentionForm;
import dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm;
import dev.maskforge.engine.tensorrt.prepare.GroupNormalizationForm;
import dev.maskforge.engine.tensorrt.prepare.LabelsForm;
import dev.maskforge.engine.tensorrt.prepare.MasksForm;
import dev.maskforge.engine.tensorrt.prepare.QueriesForm;
import dev.maskforge.engine.tensorrt.prepare.StemForm;
import dev.maskforge.engine.tensorrt.prepare.TokensForm;
import dev.maskforge.engine.tensorrt.steps.KernelSteps;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.passes.precision.HalfPrecision;
import dev.maskforge.passes.precision.Ranges;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Plans that are kept. Settings of its own: `lowering` of deformable attention (grid-sample, gather, plugin or kernel),
/// `attention` and `tokens` (network, kernel or kernel-always), `queries`, `group-normalization`, `masks`, `stem` and `labels` (network or
/// kernel), `columns` (`false` copies columns of merged products), `timing-cache` (a file, by default one of the user's for the device),
/// `layer-names` (`true` keeps them, for a profile), `ranges` (of half precision, as [Ranges#text()]).
final class TensorRtCompiler implements PlanCompiler {
    private static final String LOWERING = "lowering";
    private static final String LABELS = "labels";
    private static final String ATTENTION = "attention";
    private static final String QUERIES = "queries";
    private static final String GROUP_NORMALIZATION = "group-normalization";
    private static final String MASKS = "masks";
    private static final String TOKENS = "tokens";
    private static final String STEM = "stem";
    private static final String COLUMNS = "columns";
    private static final String KERNELS = "kernels";
    private static final String TIMING_CACHE = "timing-cache";
    private static final String LAYER_NAMES = "layer-names";
    private static final String RANGES = BuildOptions.RANGES;
    private static final Set<String> SETTINGS = new TreeSet<>(
            Set.of(LOWERING, ATTENTION, QUERIES, GROUP_NORMALIZATION, MASKS, TOKENS, STEM, COLUMNS, LABELS, TIMING_CACHE, LAYER_NAMES,
                    RANGES));
    private static final int CHUNK = 1 << 26;

    private final TensorRtProvider provider;
    private final TensorRtOptions standard;

    TensorRtCompiler(TensorRtProvider provider, TensorRtOptions standard) {
        this.provider = provider;
        this.standard = standard;
    }

    @Override
    public PlanTarget target() {
        provider.requireLibraries();
        CudaDevice device = DriverCuda.open().describe();
        SequencedMap<String, String> libraries = new LinkedHashMap<>();
        libraries.put("TensorRT", TensorRt.instance().versionText());
        return new PlanTarget(libraries, device.name(), Optional.of(device.driverVersion()), Optional.of(device.computeCapability()));
    }

    @Override
    public Compiled compile(Graph graph, BuildOptions options, BuildProgress progress, Path plan) {
        provider.requireLibraries();
        provider.requirePrecision(options.precision());
        TensorRtOptions own = own(graph, options);
        Map<String, Integer> kernels;
        Optional<String> queriesRefusal;
        try (TensorRt.Kept _ = TensorRt.instance().keepBuilder(); Arena arena = Arena.ofConfined()) {
            if (hasDeformableAttention(graph)) {
                own = own.withForm(PlanBuilding.of(true, options.precision(), own, progress).form(graph));
            }
            PlanBuilding building = PlanBuilding.of(true, options.precision(), own, progress);
            own = own.withAttention(building.attention());
            PlanBuilding.Built built = building.build(graph, arena);
            kernels = PlanContainer.read(built.bytes()).kernels();
            queriesRefusal = kernels.containsKey(KernelSteps.QUERIES) ? Optional.empty() : built.queriesRefusal();
            write(built.bytes(), plan);
        }
        SequencedMap<String, String> facts = new LinkedHashMap<>();
        facts.put(Compiled.LOWERING, hasDeformableAttention(graph)
                ? own.forms().deformable().map(DeformableAttentionForm::toString).orElseThrow()
                : "none");
        // A kernel that may be taken need not have been: none takes what is too small for it, or too large.
        facts.put(ATTENTION, (kernels.containsKey("Attention") ? own.forms().attention().orElseThrow() : AttentionForm.NETWORK).toString());
        facts.put(QUERIES, (kernels.containsKey(KernelSteps.QUERIES) ? QueriesForm.KERNEL : QueriesForm.NETWORK)
                + queriesRefusal.map(reason -> " (" + reason + ")").orElse(""));
        facts.put(GROUP_NORMALIZATION, (kernels.containsKey(KernelSteps.GROUP_NORMALIZATION)
                ? GroupNormalizationForm.KERNEL
                : GroupNormalizationForm.NETWORK).toString());
        facts.put(MASKS, (kernels.containsKey(KernelSteps.MASKS) ? MasksForm.KERNEL : MasksForm.NETWORK).toString());
        facts.put(TOKENS, (kernels.containsKey(KernelSteps.TOKENS)
                ? own.forms().tokens().orElse(TokensForm.KERNEL)
                : TokensForm.NETWORK).toString());
        facts.put(STEM, (kernels.containsKey(KernelSteps.STEM) ? StemForm.KERNEL : StemForm.NETWORK).toString());
        facts.put(COLUMNS, Boolean.toString(own.forms().columns()));
        facts.put(LABELS, (kernels.containsKey("SemanticLabels") ? own.forms().labels() : LabelsForm.NETWORK).toString());
        facts.put(KERNELS, kernels.isEmpty()
                ? "none"
                : kernels.entrySet().stream().map(entry -> entry.getValue() + " " + entry.getKey()).collect(Collectors.joining(", ")));
        if (options.settings().containsKey(RANGES)) {
            facts.put(RANGES, own.ranges().largest().size() + " values that were measured beyond " + HalfPrecision.LARGEST
                    + " are float32");
        }
        return new Compiled(facts);
    }

    /// The form of deformable attention is measured, and remembered only where the user's cache can be written to.
    @Override
    public BuildOptions alike(BuildOptions options, Compiled compiled) {
        String lowering = compiled.facts().getOrDefault(Compiled.LOWERING, "");
        return Arrays.stream(DeformableAttentionForm.values()).anyMatch(form -> form.toString().equals(lowering))
                ? options.withSetting(LOWERING, lowering)
                : options;
    }

    private static boolean hasDeformableAttention(Graph graph) {
        return graph.nodes().stream().anyMatch(node -> node.operation() instanceof Operation.DeformableAttention);
    }

    private TensorRtOptions own(Graph graph, BuildOptions options) {
        options.settings().keySet().stream().filter(name -> !SETTINGS.contains(name)).findFirst().ifPresent(name -> {
            throw new EngineException("engine 'tensorrt' has no setting '" + name + "'; it has " + String.join(", ", SETTINGS));
        });
        TensorRtOptions own = standard.withLevel(options.optimisationLevel()).withWorkspace(OptionalLong.of(options.workspaceBytes()))
                .withSymbols(symbols(graph, options.profile()));
        Map<String, String> settings = options.settings();
        String lowering = settings.get(LOWERING);
        if (lowering != null) {
            own = own.withForm(named(LOWERING, lowering, DeformableAttentionForm.values()));
        }
        String attention = settings.get(ATTENTION);
        if (attention != null) {
            own = own.withAttention(named(ATTENTION, attention, AttentionForm.values()));
        }
        String queries = settings.get(QUERIES);
        if (queries != null) {
            own = own.withQueries(named(QUERIES, queries, QueriesForm.values()));
        }
        String groupNormalization = settings.get(GROUP_NORMALIZATION);
        if (groupNormalization != null) {
            own = own.withGroupNormalization(named(GROUP_NORMALIZATION, groupNormalization, GroupNormalizationForm.values()));
        }
        String masks = settings.get(MASKS);
        if (masks != null) {
            own = own.withMasks(named(MASKS, masks, MasksForm.values()));
        }
        String tokens = settings.get(TOKENS);
        if (tokens != null) {
            own = own.withTokens(named(TOKENS, tokens, TokensForm.values()));
        }
        String stem = settings.get(STEM);
        if (stem != null) {
            own = own.withStem(named(STEM, stem, StemForm.values()));
        }
        String columns = settings.get(COLUMNS);
        if (columns != null) {
            own = own.withColumns(isOn(COLUMNS, columns));
        }
        String labels = settings.get(LABELS);
        if (labels != null) {
            own = own.withLabels(named(LABELS, labels, LabelsForm.values()));
        }
        String timingCache = settings.get(TIMING_CACHE);
        if (timingCache != null) {
            own = own.withTimingCache(Path.of(timingCache));
        } else if (own.search().timingCache().isEmpty()) {
            own = own.withTimingCache(UserCache.timings(DriverCuda.open().describe().name(), TensorRt.instance().versionText()));
        }
        String ranges = settings.get(RANGES);
        if (ranges != null) {
            own = own.withRanges(ranges(ranges));
        }
        return isOn(LAYER_NAMES, settings.getOrDefault(LAYER_NAMES, "false")) ? own.withNamedLayers() : own;
    }

    private static boolean isOn(String setting, String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new EngineException("setting '" + setting + "' cannot be '" + text + "'; take true or false");
        };
    }

    private static Ranges ranges(String text) {
        try {
            return Ranges.parse(text);
        } catch (IllegalArgumentException e) {
            throw new EngineException("setting '" + RANGES + "' cannot be read: " + e.getMessage() + "; let '--calibration' make it", e);
        }
    }

    private static <T> T named(String setting, String text, T[] values) {
        return Arrays.stream(values).filter(value -> value.toString().equals(text)).findFirst().orElseThrow(
                () -> new EngineException("setting '" + setting + "' cannot be '" + text + "'; take one of " + Arrays.toString(values)));
    }

    /// What the profile says of the symbols in a picture's shape `[N, C, H, W]` or, in bytes, `[N, H, W, C]`.
    private static Map<String, SizeRange> symbols(Graph graph, BuildProfile profile) {
        Map<String, SizeRange> symbols = new HashMap<>();
        for (String input : graph.inputs()) {
            Shape shape = graph.type(input).shape();
            if (shape.rank() != 4) {
                continue;
            }
            try {
                Map<String, Long> smallest = shape.solve(picture(shape, profile.batch().minimum(), profile.height().minimum(),
                        profile.width().minimum()));
                Map<String, Long> usual = shape.solve(picture(shape, profile.batch().optimum(), profile.height().optimum(),
                        profile.width().optimum()));
                shape.solve(picture(shape, profile.batch().maximum(), profile.height().maximum(), profile.width().maximum()))
                        .forEach((symbol, largest) -> symbols.put(symbol,
                                new SizeRange(smallest.getOrDefault(symbol, largest), usual.getOrDefault(symbol, largest), largest)));
            } catch (IllegalArgumentException e) {
                throw new EngineException("input '" + input + "' " + graph.type(input) + " cannot have the profile's sizes (" + profile
                        + "): " + e.getMessage(), e);
            }
        }
        return symbols;
    }

    private static Shape picture(Shape shape, long batch, long height, long width) {
        boolean channelsFirst = shape.get(1).isConstant() && shape.get(1).size() <= 4;
        return channelsFirst ? Shape.of(batch, shape.get(1).size(), height, width) : Shape.of(batch, height, width, shape.get(3).size());
    }

    private static void write(MemorySegment plan, Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            for (long offset = 0; offset < plan.byteSize(); offset += CHUNK) {
                var chunk = plan.asSlice(offset, Math.min(CHUNK, plan.byteSize() - offset)).asByteBuffer();
                while (chunk.hasRemaining()) {
                    channel.write(chunk);
                }
            }
        } catch (IOException e) {
            throw new EngineException("the plan cannot be written to " + file + ": " + e + "; check the free space", e);
        }
    }

    @Override
    public Engine open(MemorySegment plan, EngineOptions options) {
        provider.requireLibraries();
        return PlanOpening.open(plan, options.threads());
    }
}
