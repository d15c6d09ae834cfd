import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The parts of the JDK's modules that no command of ours reaches, in the words of jlink's options `--exclude-resources` and
/// `--exclude-files`. Pictures are decoded and encoded by java.desktop, which brings windows, sound and printing along, and for
/// them java.xml.
final class RuntimeParts {
    /// Folders of classes, below the module's name. What stays of java.xml is its interfaces.
    private static final List<String> FOLDERS = List.of("java.desktop/com/sun/java/swing", "java.desktop/com/sun/media/sound",
            "java.desktop/com/sun/swing", "java.desktop/java/awt/doc-files", "java.desktop/javax/print", "java.desktop/javax/sound",
            "java.desktop/javax/swing", "java.desktop/sun/awt/X11", "java.desktop/sun/java2d/marlin", "java.desktop/sun/java2d/xr",
            "java.desktop/sun/print", "java.desktop/sun/swing", "java.xml/com/sun", "java.xml/jdk/xml/internal");
    /// Windows, letters, sound.
    private static final List<String> LIBRARIES = List.of("splashscreen", "awt_xawt", "fontmanager", "freetype", "jsound");

    private RuntimeParts() {
    }

    static String excludedFiles() {
        return LIBRARIES.stream().map(name -> "**/lib" + name + ".*").collect(Collectors.joining(","));
    }

    /// All files of the folders but one in each package: jlink insists that packages which a module names are there.
    static String excludedResources() throws IOException {
        FileSystem modules = FileSystems.getFileSystem(URI.create("jrt:/"));
        List<String> patterns = new ArrayList<>();
        for (String folder : FOLDERS) {
            Path root = modules.getPath("/modules/" + folder);
            if (!Files.isDirectory(root)) {
                continue;
            }
            try (Stream<Path> files = Files.walk(root)) {
                Map<Path, List<Path>> packages = files.filter(Files::isRegularFile)
                        .collect(Collectors.groupingBy(Path::getParent, TreeMap::new, Collectors.toList()));
                packages.forEach((place, inside) -> patterns.add(allBut(smallest(inside), modules.getPath("/modules").relativize(place))));
            }
        }
        return String.join(",", patterns);
    }

    private static Path smallest(List<Path> files) {
        return files.stream().min(Comparator.comparingLong(RuntimeParts::size).thenComparing(Comparator.naturalOrder())).orElseThrow();
    }

    private static String allBut(Path kept, Path place) {
        return "regex:/" + place + "/(?!" + Pattern.quote(kept.getFileName().toString()) + "$)[^/]+";
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
