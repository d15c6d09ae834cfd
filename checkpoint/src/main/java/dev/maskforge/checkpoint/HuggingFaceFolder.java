package dev.maskforge.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A model as Hugging Face's transformers keeps it: a folder with a configuration and weights.
///
/// @param path               the folder
/// @param config             its `config.json`
/// @param preprocessorConfig its `preprocessor_config.json`, which says how pictures are prepared
/// @param weights            a file of tensors, or an index of several
public record HuggingFaceFolder(Path path, Path config, Optional<Path> preprocessorConfig, Path weights) {
    private static final String CONFIG = "config.json";
    private static final String PREPROCESSOR_CONFIG = "preprocessor_config.json";
    /// In the order in which transformers prefers them.
    private static final List<String> WEIGHTS = List.of("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
            "pytorch_model.bin.index.json");
    private static final List<String> CHECKPOINT_ENDINGS = List.of(".pkl", ".pth", ".pt", ".bin", ".safetensors");
    private static final Pattern PART = Pattern.compile("-\\d+-of-\\d+\\.");

    /// What a folder holds, if it has a `config.json`. A snapshot in Hugging Face's cache is such a folder too.
    ///
    /// @throws CheckpointException if it has no weights, or its files lead out of it
    public static Optional<HuggingFaceFolder> find(Path folder) {
        if (!Files.isDirectory(folder) || !FolderFile.isIn(folder, CONFIG)) {
            return Optional.empty();
        }
        String weights = WEIGHTS.stream().filter(name -> FolderFile.isIn(folder, name)).findFirst()
                .orElseThrow(() -> refusal(folder, "the folder has " + CONFIG + " but none of " + String.join(", ", WEIGHTS) + "; "
                        + checkpointIn(folder).map(name -> "give " + name + " itself").orElse("finish its download")));
        Optional<Path> preprocessorConfig = FolderFile.isIn(folder, PREPROCESSOR_CONFIG)
                ? Optional.of(FolderFile.in(folder, PREPROCESSOR_CONFIG))
                : Optional.empty();
        return Optional
                .of(new HuggingFaceFolder(folder, FolderFile.in(folder, CONFIG), preprocessorConfig, FolderFile.in(folder, weights)));
    }

    /// The folder of a model that Hugging Face's tools have downloaded before. See [HubCache].
    ///
    /// @param name        such as `facebook/maskformer-swin-tiny-ade`, with `@` and a branch, tag or commit where that is not `main`
    /// @param environment the variables of the process, such as [System#getenv()]
    /// @throws CheckpointException if it is not in the cache, or no name of a model
    public static HuggingFaceFolder inHubCache(String name, Map<String, String> environment) {
        return of(HubCache.of(environment).snapshot(name));
    }

    /// Whether a text is made like the name of a model on the Hugging Face Hub. A path may be, too: look first whether it is one.
    public static boolean isHubName(String text) {
        return HubCache.isName(text);
    }

    /// As [#find(Path)], where there must be one.
    ///
    /// @throws CheckpointException with advice which file to give, if there is none
    static HuggingFaceFolder of(Path folder) {
        return find(folder).orElseThrow(() -> refusal(folder, "this is a folder without " + CONFIG + "; "
                + checkpointIn(folder).map(name -> "give the checkpoint file in it, such as " + name)
                        .orElse("give the checkpoint file, or a folder with " + CONFIG + " and " + WEIGHTS.getFirst())));
    }

    /// The first file that is called as checkpoints are: a whole one before a part of one.
    private static Optional<String> checkpointIn(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).map(file -> file.getFileName().toString())
                    .filter(name -> CHECKPOINT_ENDINGS.stream().anyMatch(name.toLowerCase(Locale.ROOT)::endsWith))
                    .min(Comparator.comparing((String name) -> PART.matcher(name).find()).thenComparing(Comparator.naturalOrder()));
        } catch (IOException | UncheckedIOException _) {
            return Optional.empty();
        }
    }

    private static CheckpointException refusal(Path folder, String message) {
        return new CheckpointException(Printable.line(folder + ": " + message));
    }
}
