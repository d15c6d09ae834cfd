package dev.maskforge.cli;

import dev.maskforge.MaskforgeException;
import dev.maskforge.engine.cache.CacheFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// `maskforge cache`
@Command(name = "cache", description = "Shows what was made once and is kept: engines' plans, measured ceilings, unpacked libraries; and empties it.", footer = {
        "",
        "The folder is $XDG_CACHE_HOME/maskforge, or ~/.cache/maskforge. Beyond 10 GiB the plans that were not used for",
        "longest are deleted. All of it may be deleted at any time."})
final class CacheCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--clear", description = "delete all of it, but what a build is at work on")
    private boolean clear;

    @Option(names = "--json", description = "print the same as JSON")
    private boolean json;

    @Mixin
    private OutputArguments says;

    /// Exits with 1 if something cannot be deleted.
    @Override
    public Integer call() {
        CacheFolder cache = CacheFolder.ofUser();
        try {
            List<CacheFolder.Entry> entries = cache.entries();
            CacheFolder.Cleared cleared = clear ? cache.clear() : new CacheFolder.Cleared(0, List.of());
            cleared.failed().forEach(failure -> spec.commandLine().getErr()
                    .println("maskforge: cannot delete " + Line.of(failure) + "; try again when it is done"));
            if (json) {
                spec.commandLine().getOut()
                        .println(new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(facts(cache, entries, cleared)));
            } else if (!says.isQuiet()) {
                print(cache, entries, cleared);
            }
            return cleared.failed().isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
        } catch (IOException e) {
            throw new MaskforgeException("the cache '" + cache.root() + "' cannot be read: " + Folders.reason(e) + "; check its rights", e);
        }
    }

    private void print(CacheFolder cache, List<CacheFolder.Entry> entries, CacheFolder.Cleared cleared) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(Line.of(cache.root()));
        for (CacheFolder.Entry entry : entries) {
            out.printf(Locale.ROOT, "%-42s %12s  %s, last used %s%n", Line.of(entry.path().getFileName()), size(entry.bytes()),
                    Words.counted(Math.toIntExact(Math.min(Integer.MAX_VALUE, entry.files())), "file"),
                    entry.lastUsed().toString().replaceAll("[.]\\d+Z$", "Z"));
        }
        long bytes = entries.stream().mapToLong(CacheFolder.Entry::bytes).sum();
        out.printf(Locale.ROOT, "%-42s %12s  of %s at most%n", "together", size(bytes), size(CacheFolder.LIMIT));
        if (clear) {
            out.println("deleted " + size(cleared.bytes()));
        }
    }

    /// Such as `12.3 MiB`.
    static String size(long bytes) {
        if (bytes < 1 << 10) {
            return bytes + " B";
        }
        double size = bytes / 1024.0;
        for (String unit : List.of("KiB", "MiB")) {
            if (size < 1024) {
                return String.format(Locale.ROOT, "%.1f %s", size, unit);
            }
            size /= 1024;
        }
        return String.format(Locale.ROOT, "%.1f GiB", size);
    }

    private static SequencedMap<String, Object> facts(CacheFolder cache, List<CacheFolder.Entry> entries, CacheFolder.Cleared cleared) {
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("folder", cache.root().toString());
        facts.put("limit", CacheFolder.LIMIT);
        List<SequencedMap<String, Object>> rows = new ArrayList<>();
        for (CacheFolder.Entry entry : entries) {
            SequencedMap<String, Object> row = new LinkedHashMap<>();
            row.put("name", String.valueOf(entry.path().getFileName()));
            row.put("files", entry.files());
            row.put("bytes", entry.bytes());
            row.put("lastUsed", entry.lastUsed().toString());
            rows.add(row);
        }
        facts.put("entries", rows);
        facts.put("deletedBytes", cleared.bytes());
        facts.put("notDeleted", cleared.failed());
        return facts;
    }
}
