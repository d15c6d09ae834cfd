package dev.maskforge.models;

import dev.maskforge.checkpoint.CheckpointException;
import dev.maskforge.checkpoint.Documents;
import dev.maskforge.checkpoint.document.Document;
import dev.maskforge.checkpoint.document.Document.Mapping;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// A YAML file with those that it builds on: `_BASE_` names one or several, relative to the file, and what the file says
/// itself goes over what they say, mapping by mapping (fvcore, `CfgNode.load_yaml_with_base`).
final class ConfigurationChain {
    private static final String BASE = "_BASE_";
    private static final int MOST_FILES = 16;

    /// From the file that was asked for to the one that is being read.
    private final Deque<Path> open = new ArrayDeque<>();
    private int files;

    private ConfigurationChain() {
    }

    /// @throws CheckpointException if a file is missing, is no YAML, or builds on itself, on more than 16, or on one that is
    ///                             not named relative to it
    static Settings read(Path file) {
        return new ConfigurationChain().load(file);
    }

    private Settings load(Path file) {
        Settings settings = Settings.of(file, Documents.yaml(file));
        if (++files > MOST_FILES) {
            throw settings.refuse("more than " + MOST_FILES + " files build on each other", "give one that says all itself");
        }
        open.addLast(file.toAbsolutePath().normalize());
        SequencedMap<String, Document> merged = new LinkedHashMap<>();
        for (String base : settings.texts(BASE)) {
            merge(load(base(settings, base)).root(), merged, "", settings);
        }
        SequencedMap<String, Document> own = new LinkedHashMap<>(settings.root().entries());
        own.remove(BASE);
        merge(new Mapping(own), merged, "", settings);
        open.removeLast();
        return Settings.of(file, new Mapping(merged));
    }

    private Path base(Settings settings, String name) {
        if (name.startsWith("~") || name.matches("(?s)[A-Za-z][A-Za-z0-9+.-]*:.*") || name.startsWith("/") || name.startsWith("\\")) {
            throw settings.refuse(BASE + " is '" + Settings.quoted(name) + "', which is not relative to the file",
                    "copy that file beside this one and name it there");
        }
        if (!name.matches("(?s).*\\.ya?ml")) {
            throw settings.refuse(BASE + " is '" + Settings.quoted(name) + "', which is no .yaml file",
                    "name the configuration it builds on");
        }
        Path base = resolved(settings, name);
        if (open.contains(base.toAbsolutePath().normalize())) {
            throw settings.refuse("it builds on '" + Settings.quoted(name) + "', which builds on it",
                    "remove " + BASE + " from one of them");
        }
        if (!Files.exists(base)) {
            throw settings.refuse("it builds on '" + Settings.quoted(name) + "', which is not there",
                    "keep the files of the configs folder together, or give the config.yaml that Detectron2 writes beside a checkpoint");
        }
        return base;
    }

    private static Path resolved(Settings settings, String name) {
        try {
            return settings.file().resolveSibling(name);
        } catch (InvalidPathException e) {
            throw new CheckpointException(
                    String.valueOf(settings.refuse(BASE + " is '" + Settings.quoted(name) + "', which is no file name",
                            "name the configuration it builds on").getMessage()),
                    e);
        }
    }

    private static void merge(Mapping over, SequencedMap<String, Document> under, String path, Settings settings) {
        over.entries().forEach((name, value) -> {
            Document below = under.get(name);
            if (below == null || below instanceof Mapping == value instanceof Mapping) {
                under.put(name,
                        below instanceof Mapping old && value instanceof Mapping changes ? merged(changes, old, path + name + ".", settings)
                                : value);
            } else {
                throw settings.refuse(Settings.quoted(path + name) + " is " + Settings.kind(value) + ", but in what it builds on "
                        + Settings.kind(below), "write it as in the other file");
            }
        });
    }

    private static Mapping merged(Mapping changes, Mapping old, String path, Settings settings) {
        SequencedMap<String, Document> entries = new LinkedHashMap<>(old.entries());
        merge(changes, entries, path, settings);
        return new Mapping(entries);
    }
}
