package dev.maskforge.cli;

import dev.maskforge.MaskforgeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The pictures that a command line names, each with a name for its results that no other has.
final class PictureFiles {
    private static final Set<String> ENDINGS = Set.of("png", "jpg", "jpeg", "tif", "tiff", "webp", "bmp", "gif");

    private PictureFiles() {
    }

    /// A picture.
    ///
    /// @param file where it lies
    /// @param name what its results are called, without an ending
    record Entry(Path file, String name) {}

    /// The files themselves, whatever they are called, the pictures that lie directly in folders, by name, and those that
    /// patterns such as `shots/*.png` stand for, where a shell has not put files in their place.
    ///
    /// @throws MaskforgeException if a folder cannot be read or has no pictures, or nothing is like a pattern
    static List<Entry> find(List<Path> given) {
        List<Entry> entries = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Path path : given) {
            for (Path file : files(path)) {
                String wanted = withoutEnding(file);
                String name = wanted;
                // Of two names that differ in case alone, some file systems make one file.
                for (int i = 2; !names.add(name.toLowerCase(Locale.ROOT)); i++) {
                    name = wanted + "-" + i;
                }
                entries.add(new Entry(file, name));
            }
        }
        return entries;
    }

    private static List<Path> files(Path given) {
        if (Files.isDirectory(given)) {
            return inFolder(given);
        }
        Optional<PicturePattern> pattern = Files.exists(given, LinkOption.NOFOLLOW_LINKS) ? Optional.empty() : PicturePattern.of(given);
        return pattern.map(PictureFiles::like).orElseGet(() -> List.of(given));
    }

    private static List<Path> like(PicturePattern pattern) {
        List<Path> pictures = pattern.files().stream().filter(PictureFiles::isPicture).toList();
        if (pictures.isEmpty()) {
            throw new MaskforgeException("no picture is like '" + pattern + "', no file that ends in " + endings()
                    + "; give another pattern, or the files themselves");
        }
        return pictures;
    }

    private static boolean isPicture(Path file) {
        return ENDINGS.contains(ending(file));
    }

    private static String endings() {
        return ENDINGS.stream().sorted().map(ending -> "." + ending).collect(Collectors.joining(", "));
    }

    private static List<Path> inFolder(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> pictures = files.filter(PictureFiles::isPicture).sorted().toList();
            if (pictures.isEmpty()) {
                throw new MaskforgeException("the folder '" + folder + "' has no pictures, files that end in " + endings()
                        + "; give another folder, or the files themselves");
            }
            return pictures;
        } catch (IOException e) {
            throw new MaskforgeException("the folder '" + folder + "' cannot be read: " + Folders.reason(e) + "; check its rights", e);
        }
    }

    /// What a file is called, without the ending.
    static String withoutEnding(Path file) {
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    private static String ending(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }
}
