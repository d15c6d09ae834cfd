package dev.maskforge.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where Hugging Face's tools keep what they download: `models--ORG--NAME/snapshots/COMMIT`, with the commit of each branch
/// and tag in `models--ORG--NAME/refs`. It is only looked at; nothing is ever downloaded.
///
/// @param folder `HF_HUB_CACHE`, or its older name `HUGGINGFACE_HUB_CACHE`, or `hub` in `HF_HOME`, or in `huggingface` in
///               `XDG_CACHE_HOME` or `~/.cache`
record HubCache(Path folder) {
    private static final String PART = "[A-Za-z0-9](?:[A-Za-z0-9_]|[.-](?![.-])){0,95}";
    private static final Pattern NAME = Pattern.compile("(" + PART + ")/(" + PART + ")(?:@(" + PART + "(?:/" + PART + "){0,3}))?");
    private static final Pattern FILE = Pattern.compile("[^@]*\\.(?:pkl|pth|pt|bin|safetensors|json|onnx)", Pattern.CASE_INSENSITIVE);
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final String MAIN = "main";

    /// The cache that the variables of a process lead to.
    ///
    /// @throws CheckpointException if one of them is no path
    static HubCache of(Map<String, String> environment) {
        return new HubCache(path(environment, "HF_HUB_CACHE").or(() -> path(environment, "HUGGINGFACE_HUB_CACHE"))
                .orElseGet(() -> path(environment, "HF_HOME")
                        .orElseGet(() -> path(environment, "XDG_CACHE_HOME").orElseGet(() -> home(environment).resolve(".cache"))
                                .resolve("huggingface"))
                        .resolve("hub")));
    }

    private static Optional<Path> path(Map<String, String> environment, String variable) {
        return Optional.ofNullable(environment.get(variable)).filter(value -> !value.isEmpty()).map(value -> {
            try {
                return value.equals("~") || value.startsWith("~/") ? home(environment).resolve(value.substring(Math.min(2, value.length())))
                        : Path.of(value);
            } catch (InvalidPathException e) {
                throw new CheckpointException(Printable.line(variable + ": '" + value + "' is no path; set it to a folder"), e);
            }
        });
    }

    private static Path home(Map<String, String> environment) {
        return Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")));
    }

    /// Whether a text is `ORG/NAME` or `ORG/NAME@REVISION`. What ends as files do, and names no revision, is the path of one.
    static boolean isName(String text) {
        return NAME.matcher(text).matches() && !FILE.matcher(text).matches();
    }

    /// The folder of a model.
    ///
    /// @param name `ORG/NAME` or `ORG/NAME@REVISION`
    /// @throws CheckpointException if it is not in the cache, or no name of a model
    Path snapshot(String name) {
        Matcher parts = NAME.matcher(name);
        if (!parts.matches() || !isName(name)) {
            throw new CheckpointException(Printable.line(Printable.line(name, 120)
                    + ": this is no name of a model on the Hugging Face Hub; give one such as facebook/maskformer-swin-tiny-ade, or a folder"));
        }
        String revision = Optional.ofNullable(parts.group(3)).orElse(MAIN);
        Path model = folder.resolve("models--" + parts.group(1) + "--" + parts.group(2));
        String commit = COMMIT.matcher(revision).matches() ? revision : commit(name, model, revision);
        Path snapshot = model.resolve("snapshots").resolve(commit);
        if (!Files.isDirectory(snapshot)) {
            throw missing(name);
        }
        return snapshot;
    }

    private String commit(String name, Path model, String revision) {
        Path reference = model.resolve("refs").resolve(revision);
        if (!Files.isRegularFile(reference)) {
            throw missing(name);
        }
        String commit;
        try (InputStream stream = Files.newInputStream(reference)) {
            commit = new String(stream.readNBytes(64), StandardCharsets.ISO_8859_1).strip();
        } catch (IOException e) {
            throw new CheckpointException(Printable.line(reference + ": the file cannot be read (" + e.getMessage() + "); check the cache"),
                    e);
        }
        if (!COMMIT.matcher(commit).matches()) {
            throw new CheckpointException(Printable.line(reference + ": the file holds no commit; download " + name + " anew"));
        }
        return commit;
    }

    private CheckpointException missing(String name) {
        String[] parts = name.split("@", 2);
        String revision = parts.length == 1 ? "" : " --revision " + parts[1];
        return new CheckpointException(
                Printable.line(name + ": there is no such file or folder here; the model is not in the Hugging Face cache "
                        + folder + ", and nothing is downloaded here; run 'hf download " + parts[0] + revision
                        + "' (formerly huggingface-cli download) where there is a network, or give a folder"));
    }
}
