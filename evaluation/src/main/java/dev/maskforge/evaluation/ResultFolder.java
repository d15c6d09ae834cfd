package dev.maskforge.evaluation;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/// Results of another tool in a folder and those below it, found by the names of pictures as cityscapesScripts finds them:
/// for a picture `NAME` the one file `NAME*` with an ending.
///
/// @param folder absolute
record ResultFolder(Path folder) {
    /// Which of several pictures is the label map, as `maskforge segment` and the datasets call theirs.
    private static final Pattern LABEL_MAP = Pattern.compile(".*[._](labels|labelIds)\\.png");

    /// @throws EvaluationException if there is no such folder
    static ResultFolder open(Path folder) {
        return new ResultFolder(Folder.require(folder, "give the folder with the results").toAbsolutePath().normalize());
    }

    /// The file of each picture, in their order.
    ///
    /// @param what   they are, for messages
    /// @param others says, of pictures that have none, what else is missing
    /// @throws EvaluationException if a picture has none, or several that may be it
    List<Path> find(List<String> pictures, String ending, String what, Function<List<String>, String> others) {
        NavigableMap<String, List<Path>> tree = Folder.tree(folder, ending);
        List<Path> files = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (String picture : pictures) {
            List<Path> found = tree.subMap(picture, picture + Character.MAX_VALUE).values().stream().flatMap(List::stream).toList();
            List<Path> labelMaps = found.stream().filter(path -> LABEL_MAP.matcher(Folder.name(path)).matches()).toList();
            List<Path> best = found.size() > 1 && !labelMaps.isEmpty() ? labelMaps : found;
            if (best.size() > 1) {
                throw new EvaluationException("'" + Folder.oneLine(best.getFirst()) + "' and '" + Folder.oneLine(best.getLast())
                        + "' may both be the " + what + " for '" + picture + "'; move all but one of each picture elsewhere");
            }
            if (best.isEmpty()) {
                missing.add(picture);
            } else {
                files.add(best.getFirst());
            }
        }
        if (!missing.isEmpty()) {
            throw new EvaluationException(
                    "in '" + Folder.oneLine(folder) + "' there is no " + what + " " + missing.getFirst() + "*" + ending
                            + others.apply(missing) + "; predict all pictures, or give --limit");
        }
        return files;
    }

    /// The first of these files that is there.
    ///
    /// @param cure what to do if none is
    /// @throws EvaluationException if none is
    Path first(List<String> names, String cure) {
        return names.stream().map(folder::resolve).filter(Files::isRegularFile).findFirst()
                .orElseThrow(
                        () -> new EvaluationException("in '" + Folder.oneLine(folder) + "' there is no " + String.join(" or ", names) + "; "
                                + cure));
    }
}
