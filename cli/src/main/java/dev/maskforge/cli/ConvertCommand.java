package dev.maskforge.cli;

import dev.maskforge.Converter;
import dev.maskforge.GraphForm;
import dev.maskforge.ModelFile;
import dev.maskforge.engine.Precision;
import dev.maskforge.graph.Graph;
import dev.maskforge.models.InputShape;
import dev.maskforge.models.Output;
import dev.maskforge.passes.Lowering.DeformableAttention;
import dev.maskforge.vision.ImageLimits;
import dev.maskforge.vision.Size;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// `maskforge convert`
@Command(name = "convert", description = "Writes a checkpoint as an ONNX file that any runtime runs.")
final class ConvertCommand implements Callable<Integer> {
    private static final String FREE = "free";

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = "a checkpoint (.pkl, .pth, .safetensors, ...), a Hugging Face folder, or the name of one in the local hub cache")
    private Path checkpoint;

    @Option(names = {"-o", "--out"}, required = true, paramLabel = "FILE", description = "the ONNX file to write")
    private Path target;

    @Option(names = "--size", paramLabel = "HxW|free", description = "height and width, multiples of 32; by default the size that the dataset's pictures have, else free")
    private @Nullable String size;

    @Option(names = "--batch", paramLabel = "N|free", defaultValue = FREE, description = "number of pictures; by default free")
    private String batch;

    @Option(names = "--output", paramLabel = "KIND", description = "labels (a class a pixel), scores (a score a class and pixel) or raw (class and mask logits); "
            + "by default labels, and raw for panoptic and instance models")
    private @Nullable Output output;

    @Option(names = "--deformable-attention", paramLabel = "FORM", defaultValue = "grid_sample", description = "how Mask2Former's deformable attention is written: "
            + "grid_sample or gather (default: ${DEFAULT-VALUE})")
    private DeformableAttention deformableAttention;

    @Option(names = "--graph", paramLabel = "FORM", defaultValue = "optimised", description = "the network's graph: optimised, or authored, as it is written (default: ${DEFAULT-VALUE})")
    private GraphForm graphForm;

    @Option(names = "--precision", paramLabel = "P", defaultValue = "fp32", description = "arithmetic of the file: fp32, or int8, which is calibrated first (default: ${DEFAULT-VALUE})")
    private Precision precision;

    @Mixin
    private CalibrationArguments calibration;

    @Mixin
    private ModelArguments model;

    @Mixin
    private OutputArguments says;

    @Override
    public Integer call() throws IOException {
        long start = System.nanoTime();
        Optional<InputShape> sized = sized();
        UnaryOperator<InputShape> batched = batched();
        PrintWriter err = spec.commandLine().getErr();
        try (ModelFile file = ModelFile.open(checkpoint, model.options())) {
            Converter.Result result = Converter.convert(file, target,
                    new Converter.Options(
                            Optional.of(batched
                                    .apply(sized.orElseGet(() -> FREE.equals(size) ? file.freeInput() : Converter.standardInput(file)))),
                            Optional.ofNullable(output), deformableAttention, graphForm,
                            calibration.options(written(), calibrationSize(), ImageLimits.DEFAULT, Progress.on(err, says))));
            if (!says.isQuiet()) {
                err.println(Descriptions.of(file));
                report(result, start, err);
            }
            QuantizationReport quantization = new QuantizationReport(err, says);
            result.quantization().ifPresent(found -> quantization.converted(checkpoint, found));
            return quantization.exitCode(ExitCode.DONE);
        }
    }

    private Precision written() {
        if (precision != Precision.FP32 && precision != Precision.INT8) {
            throw new ParameterException(spec.commandLine(),
                    "Invalid value for option '--precision': files are written in fp32 and int8, not in " + precision);
        }
        return precision;
    }

    /// The size of drawn scenes: that of the file, if it was asked for.
    private Optional<Size> calibrationSize() {
        return size == null || size.equals(FREE) ? Optional.empty() : Optional.of(new SizeByText().convert(size));
    }

    /// The input of the fixed size that was asked for, if one was.
    private Optional<InputShape> sized() {
        if (size == null || size.equals(FREE)) {
            return Optional.empty();
        }
        try {
            return Optional.of(SizeByText.input(new SizeByText().convert(size)));
        } catch (TypeConversionException e) {
            throw new ParameterException(spec.commandLine(), "Invalid value for option '--size': " + e.getMessage(), e);
        }
    }

    private UnaryOperator<InputShape> batched() {
        if (batch.equals(FREE)) {
            return UnaryOperator.identity();
        }
        if (!batch.matches("[1-9]\\d{0,4}")) {
            throw new ParameterException(spec.commandLine(),
                    "Invalid value for option '--batch': '" + batch + "' is neither a number from 1 to 99999 nor 'free'");
        }
        return shape -> shape.withBatch(Long.parseLong(batch));
    }

    private static void report(Converter.Result result, long start, PrintWriter err) throws IOException {
        Graph graph = result.graph();
        err.println(ports(graph, graph.inputs()) + " -> " + ports(graph, graph.outputs()));
        err.printf(Locale.ROOT, "%s: %d nodes, %.1f MB, %.1f s%n", Line.of(result.file()), graph.nodes().size(),
                Files.size(result.file()) / 1e6,
                (System.nanoTime() - start) / 1e9);
    }

    private static String ports(Graph graph, List<String> names) {
        return names.stream().map(name -> name + " " + graph.type(name)).collect(Collectors.joining(", "));
    }
}
