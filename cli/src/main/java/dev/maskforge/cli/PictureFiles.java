package dev.maskforge.cli;

import dev.maskforge.MaskforgeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The pictures that a command line names, each with a name for its results that no other has.
final class PictureFiles {
    private static final Set<String> ENDINGS = Set.of("png", "jpg", "jpeg");

    private PictureFiles() {
    }

    /// A picture.
    ///
    /// @param file where it lies
    /// @param name what its results are called, without an ending
    record Entry(Path file, String name) {}

    /// The files themselves, whatever they are called, and the pictures that lie directly in folders, by name.
    ///
    /// @throws MaskforgeException if a folder cannot be read or has no pictures
    static List<Entry> find(List<Path> given) {
        List<Entry> entries = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Path path : given) {
            for (Path file : Files.isDirectory(path) ? inFolder(path) : List.of(path)) {
                String wanted = withoutEnding(file);
                String name = wanted;
                for (int i = 2; !names.add(name); i++) {
                    name = wanted + "-" + i;
                }
                entries.add(new Entry(file, name));
            }
        }
        return entries;
    }

    private static List<Path> inFolder(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> pictures = files.filter(file -> ENDINGS.contains(ending(file))).sorted().toList();
            if (pictures.isEmpty()) {
                throw new MaskforgeException("the folder '" + folder + "' has no pictures, files that end in "
                        + ENDINGS.stream().sorted().map(ending -> "." + ending).collect(Collectors.joining(", "))
                        + "; give another folder, or the files themselves");
            }
            return pictures;
        } catch (IOException e) {
            throw new MaskforgeException("the folder '" + folder + "' cannot be read: " + Folders.reason(e) + "; check its rights", e);
        }
    }

    private static String withoutEnding(Path file) {
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    private static String ending(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }
}
