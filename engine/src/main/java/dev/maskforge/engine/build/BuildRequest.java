package dev.maskforge.engine.build;

import dev.maskforge.engine.BuildOptions;
import dev.maskforge.engine.BuildProfile;
import dev.maskforge.engine.BuildProfile.Range;
import dev.maskforge.engine.Precision;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a compiling process is asked for, beside the graph.
///
/// @param engine  its name
/// @param options for it
/// @param token   that its lines begin with
record BuildRequest(String engine, BuildOptions options, String token) {
    private static final String FILE = "request.properties";
    private static final String SETTING = "setting.";

    void write(Path folder) throws IOException {
        Properties properties = new Properties();
        properties.setProperty("engine", engine);
        properties.setProperty("token", token);
        properties.setProperty("precision", options.precision().name());
        properties.setProperty("workspace", Long.toString(options.workspaceBytes()));
        properties.setProperty("level", Integer.toString(options.optimisationLevel()));
        properties.setProperty("threads", Integer.toString(options.threads()));
        properties.setProperty("batch", text(options.profile().batch()));
        properties.setProperty("height", text(options.profile().height()));
        properties.setProperty("width", text(options.profile().width()));
        options.settings().forEach((name, value) -> properties.setProperty(SETTING + name, value));
        try (Writer writer = Files.newBufferedWriter(folder.resolve(FILE))) {
            properties.store(writer, null);
        }
    }

    static BuildRequest read(Path folder) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(folder.resolve(FILE))) {
            properties.load(reader);
        }
        SortedMap<String, String> settings = new TreeMap<>();
        properties.stringPropertyNames().stream().filter(name -> name.startsWith(SETTING))
                .forEach(name -> settings.put(name.substring(SETTING.length()), properties.getProperty(name, "")));
        return new BuildRequest(get(properties, "engine"),
                new BuildOptions(Precision.valueOf(get(properties, "precision")),
                        new BuildProfile(range(properties, "batch"), range(properties, "height"), range(properties, "width")),
                        Long.parseLong(get(properties, "workspace")), Integer.parseInt(get(properties, "level")),
                        Integer.parseInt(get(properties, "threads")), settings),
                get(properties, "token"));
    }

    private static String get(Properties properties, String name) {
        String value = properties.getProperty(name);
        if (value == null) {
            throw new IllegalArgumentException("the request says no '" + name + "'");
        }
        return value;
    }

    private static String text(Range range) {
        return range.minimum() + "," + range.optimum() + "," + range.maximum();
    }

    private static Range range(Properties properties, String name) {
        String[] sizes = get(properties, name).split(",", -1);
        return new Range(Long.parseLong(sizes[0]), Long.parseLong(sizes[1]), Long.parseLong(sizes[2]));
    }
}
