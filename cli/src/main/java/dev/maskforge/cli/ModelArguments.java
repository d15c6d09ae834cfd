package dev.maskforge.cli;

import dev.maskforge.Dataset;
import dev.maskforge.ModelOptions;
import dev.maskforge.models.Detectron2Configuration;
import dev.maskforge.models.HuggingFaceConfiguration;
import dev.maskforge.models.ModelConfiguration;
import dev.maskforge.models.Task;
import dev.maskforge.vision.ClassList;
import java.nio.file.Path;
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

    @Option(names = "--config", paramLabel = "FILE", description = "its configuration: Detectron2's YAML, or a Hugging Face config.json")
    private @Nullable Path configuration;

    @Option(names = "--classes", paramLabel = "FILE", description = "names of its classes, one a line in the order of train ids, all stuff; or with tabs: "
            + "name, thing or stuff; or name, dataset id, red, green, blue, thing or stuff")
    private @Nullable Path classes;

    /// @throws dev.maskforge.checkpoint.CheckpointException if the configuration cannot be read
    /// @throws dev.maskforge.models.UnknownModelException   if it describes another kind of model
    /// @throws dev.maskforge.vision.ClassListException      if the list of classes cannot be read
    ModelOptions options() {
        return new ModelOptions(Optional.ofNullable(task), Optional.ofNullable(dataset), configuration(),
                Optional.ofNullable(classes).map(ClassList::read));
    }

    /// The dataset that was named.
    Optional<Dataset> dataset() {
        return Optional.ofNullable(dataset);
    }

    private ModelConfiguration configuration() {
        if (configuration == null) {
            return ModelConfiguration.none();
        }
        return configuration.toString().endsWith(".json")
                ? HuggingFaceConfiguration.read(configuration)
                : Detectron2Configuration.read(configuration);
    }

    static final class DatasetByName implements ITypeConverter<Dataset> {
        @Override
        public Dataset convert(String name) {
            return Dataset.named(name).orElseThrow(() -> new TypeConversionException("'" + name + "' is not a dataset; known are "
                    + Dataset.known().stream().map(Dataset::name).collect(Collectors.joining(", "))));
        }
    }
}
