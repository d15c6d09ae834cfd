package dev.maskforge.evaluation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// What lies in folders of datasets and results, and the refusals that name them.
final class Folder {
    private Folder() {
    }

    /// @param cure what to do if it is not there
    /// @throws EvaluationException if there is no such folder
    static Path require(Path folder, String cure) {
        if (!Files.isDirectory(folder)) {
            throw new EvaluationException("there is no folder '" + oneLine(folder) + "'; " + cure);
        }
        return folder;
    }

    /// @param cure what to do if it is not there
    /// @throws EvaluationException if there is no such file
    static Path requireFile(Path file, String cure) {
        if (!Files.isRegularFile(file)) {
            throw new EvaluationException("there is no file '" + oneLine(file) + "'; " + cure);
        }
        return file;
    }

    /// What lies directly in a folder and fits, by name.
    static List<Path> list(Path folder, Predicate<Path> which) {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.filter(which).sorted().toList();
        } catch (IOException failure) {
            throw unreadable(folder, failure);
        }
    }

    static List<String> subfolders(Path folder) {
        return list(folder, Files::isDirectory).stream().map(Folder::name).toList();
    }

    /// The files in a folder and the folders below it whose names have an ending, by name; links to folders are not followed.
    static NavigableMap<String, List<Path>> tree(Path folder, String ending) {
        NavigableMap<String, List<Path>> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            paths.filter(path -> name(path).endsWith(ending) && Files.isRegularFile(path)).sorted()
                    .forEach(path -> files.merge(name(path), List.of(path),
                            (some, more) -> Stream.concat(some.stream(), more.stream()).toList()));
        } catch (IOException failure) {
            throw unreadable(folder, failure);
        } catch (UncheckedIOException failure) {
            throw unreadable(folder, new IOException(failure.getMessage(), failure));
        }
        return files;
    }

    static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    private static EvaluationException unreadable(Path folder, IOException failure) {
        String reason = failure instanceof FileSystemException ofFile ? ofFile.getReason() : failure.getMessage();
        return new EvaluationException("the folder '" + oneLine(folder) + "' cannot be read ("
                + oneLine(reason == null ? failure.getClass().getSimpleName() : reason) + "); check its rights", failure);
    }

    static String oneLine(Object text) {
        return text.toString().replaceAll("\\p{Cntrl}", "?");
    }
}
