package dev.maskforge.engine.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import dev.maskforge.engine.cache.CacheFolder;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Where ONNX Runtime's native library lies.
///
/// The system property `onnxruntime.native.path` names its folder. Left alone, ONNX Runtime unpacks 28 MB from its jar at
/// every start and leaves an empty folder behind; so where the property is not set, the library is unpacked once into the
/// user's cache, and the property set to that.
final class NativeLibrary {
    static final String PROPERTY = "onnxruntime.native.path";
    private static final List<String> NAMES = List.of("onnxruntime", "onnxruntime4j_jni");

    private NativeLibrary() {
    }

    /// Makes the library lie unpacked, if that can be.
    static void prepare() {
        if (System.getProperty(PROPERTY) != null) {
            return;
        }
        try {
            Optional<Path> folder = unpack(CacheFolder.ofUser().root());
            folder.ifPresent(path -> System.setProperty(PROPERTY, path.toString()));
        } catch (IOException | RuntimeException e) {
            // A cache that cannot be named or written to is no reason to fail: ONNX Runtime has its own way.
            System.getLogger(NativeLibrary.class.getName()).log(System.Logger.Level.DEBUG,
                    "the native library is not cached: " + e.getMessage());
        }
    }

    /// Unpacks this platform's libraries into a folder of the cache, whole or not at all.
    ///
    /// @return the folder, or nothing if the jar has none for this platform
    static Optional<Path> unpack(Path cache) throws IOException {
        List<URL> libraries = new ArrayList<>();
        for (String name : NAMES) {
            URL library = OrtEnvironment.class.getResource("/ai/onnxruntime/native/" + platform() + "/" + System.mapLibraryName(name));
            if (library == null) {
                return Optional.empty();
            }
            libraries.add(library);
        }
        Path folder = cache.resolve("onnxruntime-" + version() + "-" + platform());
        if (isWhole(folder, libraries)) {
            return Optional.of(folder);
        }
        Files.createDirectories(cache);
        Path unfinished = Files.createTempDirectory(cache, "onnxruntime-");
        try {
            for (URL library : libraries) {
                try (InputStream bytes = library.openStream()) {
                    Files.copy(bytes, unfinished.resolve(fileName(library)));
                }
            }
            if (!isWhole(folder, libraries)) {
                moveIntoPlace(unfinished, folder);
            }
        } finally {
            delete(unfinished);
        }
        return isWhole(folder, libraries) ? Optional.of(folder) : Optional.empty();
    }

    /// Another process may have been first, with the same bytes; a folder that is not whole makes way.
    private static void moveIntoPlace(Path unfinished, Path folder) throws IOException {
        if (Files.exists(folder)) {
            delete(folder);
        }
        try {
            Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (DirectoryNotEmptyException | FileAlreadyExistsException | AtomicMoveNotSupportedException e) {
            System.getLogger(NativeLibrary.class.getName()).log(System.Logger.Level.DEBUG, "another process was first: " + e.getMessage());
        }
    }

    private static boolean isWhole(Path folder, List<URL> libraries) throws IOException {
        for (URL library : libraries) {
            Path file = folder.resolve(fileName(library));
            if (!Files.isRegularFile(file) || Files.size(file) != library.openConnection().getContentLengthLong()) {
                return false;
            }
        }
        return true;
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.deleteIfExists(folder);
            return;
        }
        List<Path> files;
        try (var entries = Files.list(folder)) {
            files = entries.toList();
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
        Files.deleteIfExists(folder);
    }

    private static String fileName(URL library) {
        String path = library.getPath();
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /// The jar's own mark, so that another version's library lies elsewhere.
    private static String version() throws IOException {
        try (InputStream commit = OrtEnvironment.class.getResourceAsStream("/GIT_COMMIT_ID")) {
            String text = commit == null ? "" : new String(commit.readNBytes(12), StandardCharsets.US_ASCII);
            return text.matches("[0-9a-f]{12}") ? text : "unknown";
        }
    }

    /// As the jar's folders are called, such as `linux-x64`.
    private static String platform() {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String processor = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return (system.contains("win") && !system.contains("darwin") ? "win" : system.contains("mac") ? "osx" : "linux") + "-"
                + switch (processor) {
                    case "amd64", "x86_64" -> "x64";
                    default -> processor;
                };
    }
}
