package dev.maskforge.checkpoint;

import dev.maskforge.checkpoint.document.Document;
import dev.maskforge.checkpoint.document.Document.Empty;
import dev.maskforge.checkpoint.document.Document.Mapping;
import dev.maskforge.checkpoint.document.Document.Numeric;
import dev.maskforge.checkpoint.document.Document.Text;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.regex.Pattern;

/// What Hugging Face's `*.index.json` says of a model in several files: in which of them each tensor lies.
///
/// @param path     of the index
/// @param shards   by tensor, the name of a file in the index's folder
/// @param metadata the numbers and short texts that it has beside
record ShardIndex(Path path, SequencedMap<String, String> shards, SequencedMap<String, String> metadata) {
    private static final String ENDING = ".index.json";
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,254}");
    private static final int MOST_SHARDS = 1000;
    private static final int LONGEST_METADATA = 1024;

    ShardIndex {
        shards = Collections.unmodifiableSequencedMap(shards);
        metadata = Collections.unmodifiableSequencedMap(metadata);
    }

    /// Whether a file is called as indices are.
    static boolean isNamedAsOne(Path path) {
        return path.toString().endsWith(ENDING);
    }

    /// Reads an index.
    ///
    /// @throws CheckpointException if it is none, or names a file that is not in its folder
    static ShardIndex read(Path path) {
        if (!(Documents.json(path) instanceof Mapping top) || !(top.find("weight_map").orElseGet(Empty::new) instanceof Mapping map)) {
            throw refusal(path, "the index has no weight_map; get it anew from its publisher");
        }
        SequencedMap<String, String> shards = new LinkedHashMap<>();
        map.entries().forEach((tensor, shard) -> shards.put(tensor, fileName(path, tensor, shard)));
        if (shards.isEmpty()) {
            throw refusal(path, "the index names no tensors; get it anew from its publisher");
        }
        if (shards.values().stream().distinct().count() > MOST_SHARDS) {
            throw refusal(path, "the index names more than " + MOST_SHARDS + " files; get it anew from its publisher");
        }
        return new ShardIndex(path, shards, metadata(top));
    }

    private static String fileName(Path index, String tensor, Document shard) {
        if (!(shard instanceof Text(String name)) || !FILE_NAME.matcher(name).matches()) {
            String place = shard instanceof Text(String text) ? "'" + Printable.line(text, 80) + "'" : "no text";
            throw refusal(index, "the tensor '" + Printable.line(tensor, 80) + "' is said to lie in " + place
                    + ", which is no name of a file beside the index; get it anew from its publisher");
        }
        if (index.endsWith(name)) {
            throw refusal(index, "the tensor '" + Printable.line(tensor, 80)
                    + "' is said to lie in the index itself; get it anew from its publisher");
        }
        return name;
    }

    private static SequencedMap<String, String> metadata(Mapping top) {
        SequencedMap<String, String> metadata = new LinkedHashMap<>();
        if (top.find("metadata").orElseGet(Empty::new) instanceof Mapping entries) {
            entries.entries().forEach((name, value) -> {
                if (value instanceof Numeric(var number)) {
                    metadata.putIfAbsent(Printable.line(name, 80), number.toPlainString());
                } else if (value instanceof Text(String text) && text.length() < LONGEST_METADATA) {
                    metadata.putIfAbsent(Printable.line(name, 80), Printable.line(text));
                }
            });
        }
        return metadata;
    }

    /// The files that the tensors lie in, by name.
    ///
    /// @throws CheckpointException if one is missing or leads out of the folder
    List<Path> files() {
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null) {
            throw new AssertionError("a file has a folder: " + path);
        }
        return shards.values().stream().distinct().sorted().map(name -> file(folder, name)).toList();
    }

    private Path file(Path folder, String name) {
        if (!FolderFile.isIn(folder, name)) {
            throw refusal(path, "the file " + name + ", which the index names, is not beside it; finish the download");
        }
        FolderFile.in(folder, name);
        return path.resolveSibling(name);
    }

    static CheckpointException refusal(Path path, String message) {
        return new CheckpointException(Printable.line(path + ": " + message));
    }
}
