package dev.maskforge.cli;

import dev.maskforge.Dataset;
import dev.maskforge.ModelOptions;
import dev.maskforge.models.Task;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// What every command that reads a checkpoint can be told about it.
final class ModelArguments {
    @Option(names = "--task", paramLabel = "TASK", description = "what the model was trained for: semantic, panoptic or instance; official files are known")
    private @Nullable Task task;

    @Option(names = "--dataset", paramLabel = "NAME", converter = DatasetByName.class, description = "what it was trained on, such as cityscapes; "
            + "by default told from official files or the number of classes")
    private @Nullable Dataset dataset;

    ModelOptions options() {
        return new ModelOptions(Optional.ofNullable(task), Optional.ofNullable(dataset));
    }

    static final class DatasetByName implements ITypeConverter<Dataset> {
        @Override
        public Dataset convert(String name) {
            return Dataset.named(name).orElseThrow(() -> new TypeConversionException("'" + name + "' is not a dataset; known are "
                    + Dataset.known().stream().map(Dataset::name).collect(Collectors.joining(", "))));
        }
    }
}
