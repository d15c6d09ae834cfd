package dev.maskforge.cli;

import dev.maskforge.MaskforgeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What an earlier demo left in its folder. A run replaces files of the same names; scenes that it does not draw again would
/// stay beside its own, with nothing in its report, and the next command over the folder would take them for its scenes.
final class EarlierDemo {
    private static final Pattern OF_SCENE = Pattern.compile("(street-\\d+)\\.([a-z]+\\.)?png");

    private EarlierDemo() {
    }

    /// Removes what belongs to scenes that are not drawn again. Nothing else is touched: a file that no demo calls so, a
    /// link, or what another command has written.
    ///
    /// @param folders that a demo writes pictures into
    /// @param drawn   names of the scenes that are drawn again
    /// @throws MaskforgeException if a folder cannot be read, or a file not removed
    static void removeScenes(List<Path> folders, Set<String> drawn) {
        folders.stream().filter(folder -> Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)).forEach(folder -> {
            for (Path file : files(folder)) {
                Matcher name = OF_SCENE.matcher(String.valueOf(file.getFileName()));
                if (name.matches() && !drawn.contains(name.group(1))) {
                    remove(file);
                }
            }
        });
    }

    private static List<Path> files(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)).toList();
        } catch (IOException e) {
            throw new MaskforgeException("the folder '" + folder + "' cannot be read: " + Folders.reason(e) + "; check its rights", e);
        }
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new MaskforgeException("'" + file + "' of an earlier demo cannot be removed: " + Folders.reason(e)
                    + "; remove it, or choose another folder", e);
        }
    }
}
