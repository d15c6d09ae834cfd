package dev.maskforge.cli;

import dev.maskforge.MaskforgeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// A pattern of files as shells know them: `*` and `?` within a name, `[a-c]`, `{png,jpg}`, and `**` for folders of any depth.
/// Names that begin with a dot are meant only if the pattern has such a name.
final class PicturePattern {
    private static final String SPECIAL = "*?[{";

    private final Path given;
    private final Path start;
    private final Path pattern;

    private PicturePattern(Path given, Path start, Path pattern) {
        this.given = given;
        this.start = start;
        this.pattern = pattern;
    }

    /// The pattern that a path is, if it is one.
    static Optional<PicturePattern> of(Path path) {
        for (int i = 0; i < path.getNameCount(); i++) {
            if (path.getName(i).toString().chars().anyMatch(letter -> SPECIAL.indexOf(letter) >= 0)) {
                Path root = path.getRoot();
                Path start = i == 0 ? path.getFileSystem().getPath("") : path.subpath(0, i);
                return Optional.of(new PicturePattern(path, root == null ? start : root.resolve(start),
                        path.subpath(i, path.getNameCount())));
            }
        }
        return Optional.empty();
    }

    /// The files that are like it, sorted; links to folders are not followed.
    ///
    /// @throws MaskforgeException if it is no pattern, or folders cannot be read
    List<Path> files() {
        if (!Files.isDirectory(start)) {
            return List.of();
        }
        List<PathMatcher> matchers = matchers();
        boolean hidden = hasHidden(pattern);
        int depth = pattern.toString().contains("**") ? Integer.MAX_VALUE : pattern.getNameCount();
        try (Stream<Path> files = Files.walk(start, depth)) {
            return files.filter(file -> {
                Path relative = start.toString().isEmpty() ? file : start.relativize(file);
                return matchers.stream().anyMatch(matcher -> matcher.matches(relative)) && (hidden || !hasHidden(relative));
            }).filter(Files::isRegularFile).sorted().toList();
        } catch (UncheckedIOException e) {
            throw unreadable(Objects.requireNonNull(e.getCause()));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /// `**/` may stand for no folder at all.
    private List<PathMatcher> matchers() {
        FileSystem system = given.getFileSystem();
        String text = pattern.toString();
        try {
            return List.of(system.getPathMatcher("glob:" + text), system.getPathMatcher("glob:" + text.replace("**/", "")));
        } catch (PatternSyntaxException e) {
            throw new MaskforgeException("there is no file '" + given + "', and it is no pattern either: " + e.getDescription()
                    + "; check its name", e);
        }
    }

    private static boolean hasHidden(Path path) {
        return StreamSupport.stream(path.spliterator(), false).anyMatch(name -> name.toString().startsWith("."));
    }

    private MaskforgeException unreadable(IOException e) {
        return new MaskforgeException("the folders of '" + given + "' cannot be read: " + Folders.reason(e) + "; check their rights", e);
    }

    @Override
    public String toString() {
        return given.toString();
    }
}
