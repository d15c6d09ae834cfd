package dev.maskforge.cli.report;

import dev.maskforge.MaskforgeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Pictures to show side by side, as they lie in a folder: `SIZE/KIND/NAME.png`. The folders in it are the groups, such as
/// `512x1024`; the folders in those are the kinds, such as `input`, `reference`, `engine`, `truth`, `difference`; pictures of
/// one name belong together, whatever a command put behind it (`street.color.png`).
///
/// @param groups by heading, from top to bottom
public record Gallery(SequencedMap<String, Group> groups) {
    /// What stands first, in this order; others follow by name.
    private static final List<String> FIRST = List.of("input", "reference", "engine", "truth", "difference");
    /// What commands and datasets put behind a name; where one kind has several files of a name, the earliest is taken.
    private static final List<String> ENDINGS = List.of(".color", "_gtFine_color", "_leftImg8bit", ".difference", ".overlay", ".panoptic");
    /// Numbers and not colours: nothing to look at.
    private static final Pattern NUMBERS = Pattern.compile(".*(\\.labels|_labelIds|_labelTrainIds|_instanceIds)");
    private static final Pattern FILE = Pattern.compile("(.+)\\.(png|jpe?g|webp|bmp|gif|tiff?)", Pattern.CASE_INSENSITIVE);
    private static final Pattern SIZE = Pattern.compile("(\\d{1,5})x(\\d{1,5})");

    public Gallery {
        groups = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(groups));
    }

    /// @param scenes the pictures of one name by kind, in the order in which they are shown
    record Group(SequencedMap<String, SequencedMap<String, Path>> scenes) {
        Group {
            scenes = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(scenes));
        }
    }

    /// Without pictures.
    public static Gallery none() {
        return new Gallery(new LinkedHashMap<>());
    }

    /// Finds pictures; opens none.
    ///
    /// @throws MaskforgeException if a folder cannot be read, or there are none
    public static Gallery find(Path folder) {
        SequencedMap<String, Group> groups = new LinkedHashMap<>();
        for (Path group : folders(folder)) {
            Group found = group(group);
            if (!found.scenes().isEmpty()) {
                groups.put(name(group), found);
            }
        }
        if (groups.isEmpty()) {
            throw new MaskforgeException("the folder '" + folder + "' has no pictures that a report can show; lay them out as "
                    + "SIZE/KIND/NAME.png, such as 512x1024/engine/street.png");
        }
        return new Gallery(groups);
    }

    private static Group group(Path folder) {
        TreeMap<String, SequencedMap<String, Path>> scenes = new TreeMap<>();
        for (Path kind : folders(folder)) {
            for (String ending : Stream.concat(Stream.of(""), ENDINGS.stream()).toList().reversed()) {
                files(kind).stream().filter(file -> ending(file).equals(ending))
                        .forEach(file -> scenes.computeIfAbsent(scene(file), _ -> new LinkedHashMap<>()).put(name(kind), file));
            }
        }
        return new Group(scenes);
    }

    private static List<Path> folders(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(Files::isDirectory).sorted(Comparator.comparingLong(Gallery::pixels).thenComparingInt(Gallery::rank)
                    .thenComparing(Path::toString)).toList();
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
    }

    private static List<Path> files(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(file -> FILE.matcher(name(file)).matches() && !NUMBERS.matcher(withoutEnding(file)).matches()).sorted()
                    .toList();
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
    }

    private static MaskforgeException unreadable(Path folder, IOException e) {
        return new MaskforgeException("the folder '" + folder + "' cannot be read; check that it is one, and its rights", e);
    }

    private static long pixels(Path folder) {
        Matcher size = SIZE.matcher(name(folder));
        return size.matches() ? Long.parseLong(size.group(1)) * Long.parseLong(size.group(2)) : 0;
    }

    private static int rank(Path folder) {
        int rank = FIRST.indexOf(name(folder).toLowerCase(Locale.ROOT));
        return rank < 0 ? FIRST.size() : rank;
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static String withoutEnding(Path file) {
        Matcher matcher = FILE.matcher(name(file));
        return matcher.matches() ? matcher.group(1) : name(file);
    }

    private static String ending(Path file) {
        return endingOf(withoutEnding(file)).orElse("");
    }

    private static Optional<String> endingOf(String name) {
        return ENDINGS.stream().filter(ending -> name.endsWith(ending) && name.length() > ending.length()).findFirst();
    }

    private static String scene(Path file) {
        String name = withoutEnding(file);
        // A command puts its own behind a dataset's: street_leftImg8bit.color.png.
        for (Optional<String> ending = endingOf(name); ending.isPresent(); ending = endingOf(name)) {
            name = name.substring(0, name.length() - ending.get().length());
        }
        return name;
    }
}
