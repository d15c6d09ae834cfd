package dev.maskforge.cli;

import dev.maskforge.engine.BuildOptions;
import dev.maskforge.engine.BuildProfile;
import dev.maskforge.engine.BuildProfile.Range;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.Precision;
import dev.maskforge.models.Input;
import dev.maskforge.models.Output;
import dev.maskforge.vision.Size;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// What a plan is to be.
final class PlanArguments {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--precision", paramLabel = "P", defaultValue = "fp32", description = "arithmetic: fp32, tf32, fp16 or int8, as far as the engine has it (default: ${DEFAULT-VALUE})")
    private Precision precision;

    @Option(names = "--size", paramLabel = "HxW", converter = SizeByText.class, description = "size of the network's input, multiples of 32; "
            + "by default the size that the dataset's pictures have")
    private @Nullable Size size;

    @Option(names = "--sizes", split = ",", paramLabel = "HxW", converter = SizeByText.class, description = "the smallest, the best and the largest size instead, with commas between")
    private List<Size> sizes = List.of();

    @Option(names = "--batch", split = ",", paramLabel = "N", description = "pictures at once; or the fewest, the best and the most, with commas between (default: 1)")
    private List<Long> batch = List.of(1L);

    @Option(names = "--input", paramLabel = "KIND", description = "what the plan takes: pixels (8-bit, as pictures are) or image (float32 planes); "
            + "by default pixels where the engine has a kernel for them, else image")
    private @Nullable Input input;

    @Option(names = "--output", paramLabel = "KIND", description = "labels (a class a pixel) or raw (class and mask logits, from which all else follows); "
            + "by default labels, and raw for panoptic and instance models")
    private @Nullable Output output;

    @Option(names = "--workspace", paramLabel = "SIZE", converter = BytesByText.class, defaultValue = "4GiB", description = "the most that the engine may use beside weights and values, "
            + "such as 512MiB (default: ${DEFAULT-VALUE})")
    private long workspace;

    @Option(names = "--level", paramLabel = "N", defaultValue = "3", description = "how long the compiler looks for faster forms, 0 to 5 (default: ${DEFAULT-VALUE})")
    private int level;

    @Option(names = "--setting", paramLabel = "NAME=VALUE", description = "what only this engine knows; may be given several times")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(names = "--threads", paramLabel = "N", converter = ThreadsByText.class, description = "threads, at most 1024 (default: all physical cores)")
    private @Nullable Integer threads;

    /// @param usual the size where none was asked for
    /// @throws ParameterException if there is no size, or a number is out of its range
    BuildOptions options(Optional<Size> usual) {
        try {
            List<Size> three = sizes(usual);
            BuildProfile profile = new BuildProfile(batches(),
                    new Range(three.get(0).height(), three.get(1).height(), three.get(2).height()),
                    new Range(three.get(0).width(), three.get(1).width(), three.get(2).width()));
            BuildOptions options = BuildOptions.standard(profile).withPrecision(precision).withWorkspaceBytes(workspace)
                    .withOptimisationLevel(level).withThreads(threads == null ? EngineOptions.standard().threads() : threads);
            for (Map.Entry<String, String> setting : settings.entrySet()) {
                options = options.withSetting(setting.getKey(), setting.getValue());
            }
            return options;
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    private List<Size> sizes(Optional<Size> usual) {
        if (size != null && !sizes.isEmpty()) {
            throw wrong("'--size' and '--sizes' exclude each other");
        }
        if (sizes.isEmpty()) {
            Size one = Optional.ofNullable(size).or(() -> usual).orElseThrow(
                    () -> wrong(
                            "the dataset's pictures have no one size; say '--size HxW', or '--sizes' with the smallest, best and largest"));
            return List.of(one, one, one);
        }
        if (sizes.size() != 3) {
            throw wrong("'--sizes' takes three, the smallest, the best and the largest, not " + sizes.size());
        }
        return sizes;
    }

    private Range batches() {
        return switch (batch.size()) {
            case 1 -> Range.fixed(batch.getFirst());
            case 3 -> new Range(batch.get(0), batch.get(1), batch.get(2));
            default -> throw wrong("'--batch' takes one number or three, the fewest, the best and the most, not " + batch.size());
        };
    }

    private ParameterException wrong(String why) {
        return new ParameterException(spec.commandLine(), why);
    }

    Optional<Input> input() {
        return Optional.ofNullable(input);
    }

    Optional<Output> output() {
        if (output == Output.SCORES) {
            throw wrong("Invalid value for option '--output': a plan gives labels or raw, not scores");
        }
        return Optional.ofNullable(output);
    }

    /// `512MiB`, `4GiB`, or a number of bytes.
    static final class BytesByText implements ITypeConverter<Long> {
        private static final List<String> UNITS = List.of("", "KiB", "MiB", "GiB", "TiB");

        @Override
        public Long convert(String text) {
            List<String> digitsAndUnit = new ArrayList<>(List.of(text.split("(?<=\\d)(?=\\D)", 2)));
            if (digitsAndUnit.size() == 1) {
                digitsAndUnit.add("");
            }
            int unit = UNITS.indexOf(digitsAndUnit.get(1));
            if (unit < 0 || !digitsAndUnit.getFirst().matches("[1-9]\\d{0,5}" + (unit == 0 ? "\\d{0,9}" : ""))) {
                throw new TypeConversionException("'" + text + "' is no size; write it as 512MiB or 4GiB");
            }
            return Long.parseLong(digitsAndUnit.getFirst()) << 10 * unit;
        }
    }
}
