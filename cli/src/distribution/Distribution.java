import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// Makes the self-contained distribution: a folder that runs where no Java is.
///
/// `bin/maskforge` starts it, `runtime/` is the JDK's part that it needs, `lib/` holds its jars and the start cache, `native/` ONNX Runtime's
/// library for this platform, unpacked, `samples/` models and pictures to try. The folder may be copied anywhere.
///
/// Arguments: the folder to make; a folder to work in; the root of the sources; the version; when the build began, in ISO 8601; the module's
/// own jar; the class path of what it needs.
public final class Distribution {
    /// Of the program: what everyone who runs it must have.
    private static final long LARGEST_PROGRAM = 120_000_000;
    /// Of what comes along to be tried: two models of at most 15 MB each, and pictures.
    private static final long LARGEST_SAMPLES = 31_000_000;
    private static final String NATIVES = "ai/onnxruntime/native/";
    private static final String MAIN_CLASS = "dev.maskforge.cli.Main";
    private static final String TRAINING_CLASS = "dev.maskforge.cli.StartCacheTraining";
    /// What no class names: System.Logger's backend.
    private static final List<String> MODULES_FOUND_AT_RUN_TIME = List.of("java.logging");

    private final Path folder;
    private final Path work;
    private final Path sources;
    private final String version;
    private final Instant began;
    private final List<Path> jars;
    private Path fresh;

    private Distribution(String[] arguments) {
        folder = Path.of(arguments[0]);
        work = Path.of(arguments[1]);
        sources = Path.of(arguments[2]);
        version = arguments[3];
        began = Instant.parse(arguments[4]);
        jars = Stream.concat(Stream.of(arguments[5]), Arrays.stream(arguments[6].split(java.io.File.pathSeparator)))
                .map(Path::of).filter(Distribution::isJar).distinct().toList();
        fresh = work.resolve("maskforge");
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        try {
            new Distribution(arguments).make();
        } catch (IllegalStateException e) {
            System.err.println("[ERROR] Distribution: " + e.getMessage());
            System.exit(1);
        }
    }

    private void make() throws IOException, InterruptedException {
        delete(fresh);
        Path lib = Files.createDirectories(fresh.resolve("lib"));
        Path bin = Files.createDirectories(fresh.resolve("bin"));
        copyTree(runtime(), fresh.resolve("runtime"));
        for (Path jar : jars) {
            copyJar(jar, lib.resolve(jar.getFileName()));
        }
        copyTree(sources.resolve("samples"), fresh.resolve("samples"));
        unpackNatives(Files.createDirectories(fresh.resolve("native")));
        writeLauncherJar(lib.resolve("launcher.jar"));
        Path templates = sources.resolve("cli/src/distribution");
        Files.copy(templates.resolve("java.options"), lib.resolve("java.options"));
        Files.copy(templates.resolve("maskforge"), bin.resolve("maskforge"), StandardCopyOption.COPY_ATTRIBUTES);
        for (String text : List.of("LICENSE", "NOTICE", "CHANGELOG.md")) {
            Files.copy(sources.resolve(text), fresh.resolve(text));
        }
        trainStartCache(lib);
        // Its time is the build's beginning, so that ./maskforge sees what has changed since.
        Path release = Files.writeString(fresh.resolve("release"),
                "maskforge " + version + "\n" + platform() + "\nJava " + Runtime.version() + "\n");
        Files.setLastModifiedTime(release, FileTime.from(began));
        moveElsewhere(lib);
        check();
        moveIntoPlace();
    }

    /// Another path and other times than at the training, so that the check sees whether the start cache survives a copy.
    private void moveElsewhere(Path lib) throws IOException {
        for (Path jar : list(lib)) {
            Files.setLastModifiedTime(jar, FileTime.from(began));
        }
        Path elsewhere = work.resolve("elsewhere").resolve("maskforge");
        delete(elsewhere);
        Files.createDirectories(elsewhere.getParent());
        fresh = Files.move(fresh, elsewhere);
    }

    /// The JDK's modules that the jars need, linked; kept between builds with the same modules and the same JDK.
    private Path runtime() throws IOException {
        TreeSet<String> modules = new TreeSet<>(MODULES_FOUND_AT_RUN_TIME);
        List<String> arguments = new ArrayList<>(List.of("--multi-release", "25", "--ignore-missing-deps", "--print-module-deps"));
        jars.forEach(jar -> arguments.add(jar.toString()));
        modules.addAll(List.of(run("jdeps", arguments).strip().split(",")));
        String excludedResources = RuntimeParts.excludedResources();
        String key = Runtime.version() + "\n" + RuntimeParts.excludedFiles() + "\n" + excludedResources + "\n" + String.join("\n", modules)
                + "\n";
        Path runtime = work.resolve("runtime");
        Path stamp = work.resolve("runtime.txt");
        if (Files.isDirectory(runtime) && Files.exists(stamp) && Files.readString(stamp).equals(key)) {
            return runtime;
        }
        Files.deleteIfExists(stamp);
        delete(runtime);
        run("jlink", List.of("--add-modules", String.join(",", modules), "--strip-debug", "--no-header-files", "--no-man-pages",
                "--compress", "zip-9", "--exclude-files", RuntimeParts.excludedFiles(), "--exclude-resources", excludedResources,
                "--output",
                runtime.toString()));
        SymbolTable.cutFrom(runtime.resolve("lib/server/libjvm.so"));
        Files.writeString(stamp, key);
        return runtime;
    }

    private static String run(String tool, List<String> arguments) {
        var out = new java.io.StringWriter();
        var err = new java.io.StringWriter();
        int code = ToolProvider.findFirst(tool)
                .orElseThrow(() -> new IllegalStateException("this JDK has no " + tool + "; take a whole one"))
                .run(new java.io.PrintWriter(out, true), new java.io.PrintWriter(err, true), arguments.toArray(String[]::new));
        if (code != 0) {
            throw new IllegalStateException(tool + " failed: " + out + err);
        }
        return out.toString();
    }

    /// Leaves native libraries out, and gives classes older than Java 6 the form that the start cache takes (picocli's are of Java 5).
    private static void copyJar(Path from, Path to) throws IOException {
        try (ZipFile jar = new ZipFile(from.toFile()); ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(to))) {
            for (ZipEntry entry : jar.stream().filter(each -> !each.getName().startsWith(NATIVES)).toList()) {
                ZipEntry copy = new ZipEntry(entry.getName());
                copy.setLastModifiedTime(entry.getLastModifiedTime());
                out.putNextEntry(copy);
                try (InputStream in = jar.getInputStream(entry)) {
                    byte[] bytes = in.readAllBytes();
                    out.write(entry.getName().endsWith(".class") ? withStackMaps(bytes, jar) : bytes);
                }
                out.closeEntry();
            }
        }
    }

    /// Classes of Java 5 have no stack maps: the virtual machine infers types anew at each start, and refuses to cache the outcome.
    private static byte[] withStackMaps(byte[] bytes, ZipFile jar) {
        ClassModel model = ClassFile.of().parse(bytes);
        if (model.majorVersion() >= ClassFile.JAVA_6_VERSION) {
            return bytes;
        }
        ClassHierarchyResolver resolver = ClassHierarchyResolver.ofResourceParsing(type -> open(jar, type))
                .orElse(ClassHierarchyResolver.defaultResolver());
        return ClassFile.of(ClassFile.StackMapsOption.GENERATE_STACK_MAPS, ClassFile.ClassHierarchyResolverOption.of(resolver))
                .transformClass(model, ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
                        .andThen(ClassTransform.endHandler(builder -> builder.withVersion(ClassFile.JAVA_8_VERSION, 0))));
    }

    private static InputStream open(ZipFile jar, ClassDesc type) {
        try {
            String descriptor = type.descriptorString();
            ZipEntry entry = jar.getEntry(descriptor.substring(1, descriptor.length() - 1) + ".class");
            return entry == null ? null : jar.getInputStream(entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void unpackNatives(Path target) throws IOException {
        String prefix = NATIVES + platform() + "/";
        int count = 0;
        for (Path file : jars) {
            try (ZipFile jar = new ZipFile(file.toFile())) {
                for (ZipEntry entry : jar.stream().filter(each -> each.getName().startsWith(prefix)).toList()) {
                    String name = entry.getName().substring(prefix.length());
                    if (!name.matches("[A-Za-z0-9_.]+\\.(so|dylib)")) {
                        continue; // debug symbols and folders
                    }
                    try (InputStream in = jar.getInputStream(entry)) {
                        Files.copy(in, target.resolve(name));
                        count++;
                    }
                }
            }
        }
        if (count == 0) {
            throw new IllegalStateException("ONNX Runtime has no native library for " + platform()
                    + "; it has linux-x64, linux-aarch64 and osx-aarch64");
        }
    }

    /// As ONNX Runtime names its folders.
    private static String platform() {
        String system = System.getProperty("os.name").startsWith("Mac") ? "osx" : "linux";
        String processor = Map.of("amd64", "x64", "x86_64", "x64").getOrDefault(System.getProperty("os.arch"),
                System.getProperty("os.arch"));
        return system + "-" + processor;
    }

    /// A jar that holds a manifest only: the class path, and leave to load native libraries. The start cache does not take the latter from the
    /// command line.
    private void writeLauncherJar(Path file) throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(Attributes.Name.MAIN_CLASS, MAIN_CLASS);
        attributes.put(Attributes.Name.CLASS_PATH, jars.stream().map(jar -> jar.getFileName().toString()).collect(Collectors.joining(" ")));
        attributes.put(new Attributes.Name("Enable-Native-Access"), "ALL-UNNAMED");
        try (OutputStream out = Files.newOutputStream(file)) {
            new JarOutputStream(out, manifest).close();
        }
    }

    /// Runs the training and keeps the classes that it loaded and linked (JEP 483). Not its profiles: with them, compilers set to work at once
    /// and a short command gets slower.
    private void trainStartCache(Path lib) throws IOException, InterruptedException {
        Path configuration = work.resolve("maskforge.aotconf");
        Path written = work.resolve("training");
        delete(written);
        Files.createDirectories(written);
        List<String> training = List.of(TRAINING_CLASS, sources.resolve("tools/fixtures/models/mask2former-r50/checkpoint.pkl").toString(),
                written.toString());
        List<String> common = List.of(fresh.resolve("runtime/bin/java").toString(), "@" + lib.resolve("java.options"),
                "-Donnxruntime.native.path=" + fresh.resolve("native"), "-XX:AOTConfiguration=" + configuration,
                "-XX:+UnlockDiagnosticVMOptions", "-XX:-AOTRecordTraining");
        List<String> classPath = List.of("-cp", lib.resolve("launcher.jar").toString());
        execute(Stream.of(common, List.of("-XX:AOTMode=record"), classPath, training).flatMap(List::stream).toList());
        Path cache = lib.resolve("maskforge.aot");
        execute(Stream.of(common, List.of("-XX:AOTMode=create", "-XX:AOTCache=" + cache), classPath).flatMap(List::stream).toList());
        Files.deleteIfExists(configuration);
        if (!Files.exists(cache)) {
            throw new IllegalStateException("the start cache was not written; see " + log());
        }
    }

    private void check() throws IOException, InterruptedException {
        String expected = "maskforge " + version;
        String said = answer("--version");
        if (!said.equals(expected)) {
            throw new IllegalStateException("bin/maskforge --version answers '" + said + "' instead of '" + expected + "'");
        }
        checkPictures();
        long samples = bytes(fresh.resolve("samples"), LARGEST_SAMPLES, "the samples have");
        long program = bytes(fresh, LARGEST_PROGRAM + samples, "the distribution with samples of " + samples + " bytes has") - samples;
        System.out.printf("%s: %.1f MB, at most %.0f, and samples of %.1f MB%n", folder, program / 1e6, LARGEST_PROGRAM / 1e6,
                samples / 1e6);
    }

    private static long bytes(Path folder, long most, String whose) throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)).toList()) {
                bytes += Files.size(file);
            }
        }
        if (bytes > most) {
            throw new IllegalStateException(whose + " " + bytes + " bytes, more than " + most);
        }
        return bytes;
    }

    /// Whether the runtime, of which parts are left out, still reads pictures of all kinds, and writes.
    private void checkPictures() throws IOException, InterruptedException {
        Path results = work.resolve("pictures");
        delete(results);
        answer("segment", sources.resolve("tools/fixtures/models/maskformer-r50/checkpoint.pkl").toString(),
                fresh.resolve("samples/street.jpg").toString(),
                sources.resolve("tools/fixtures/pillow/images").toString(), "-o", results.toString(), "--size", "32x32");
    }

    /// What the distribution says to a command line, where nothing else is.
    private String answer(String... arguments) throws IOException, InterruptedException {
        List<String> command = Stream.concat(Stream.of(fresh.resolve("bin/maskforge").toString()), Arrays.stream(arguments)).toList();
        ProcessBuilder process = new ProcessBuilder(command);
        process.environment().clear();
        process.environment().put("PATH", "/usr/bin:/bin");
        process.environment().put("MASKFORGE_JAVA_OPTIONS", "-XX:AOTMode=on"); // fails where the cache does not fit
        Path output = work.resolve("answer.txt");
        int code = process.redirectErrorStream(true).redirectOutput(output.toFile()).start().waitFor();
        String said = Files.readString(output).strip();
        if (code != 0) {
            throw new IllegalStateException("exit " + code + " of " + String.join(" ", command) + ": " + said);
        }
        return said;
    }

    private void moveIntoPlace() throws IOException {
        Path old = work.resolve("replaced");
        delete(old);
        if (Files.exists(folder)) {
            Files.move(folder, old);
        }
        Files.move(fresh, folder);
        delete(old);
    }

    private void execute(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder process = new ProcessBuilder(command);
        for (String name : List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")) {
            process.environment().remove(name);
        }
        int code = process.redirectErrorStream(true).redirectOutput(log().toFile()).start().waitFor();
        if (code != 0) {
            throw new IllegalStateException("exit " + code + " of " + String.join(" ", command) + ": " + Files.readString(log()));
        }
    }

    private Path log() {
        return work.resolve("training.log");
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    private static boolean isJar(Path path) {
        return Files.isRegularFile(path) && path.toString().endsWith(".jar");
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path)), StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
            }
        }
    }

    private static void delete(Path tree) throws IOException {
        if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                path.toFile().setWritable(true);
                Files.delete(path);
            }
        }
    }
}
