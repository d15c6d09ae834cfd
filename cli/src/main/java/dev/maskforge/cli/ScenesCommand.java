package dev.maskforge.cli;

import dev.maskforge.scenes.CityscapesFolder;
import dev.maskforge.scenes.Scene;
import dev.maskforge.scenes.StreetScenes;
import dev.maskforge.vision.Size;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// `maskforge scenes`
@Command(name = "scenes", description = "Makes up pictures of streets with ground truth, in Cityscapes' classes and layout.", footer = {"",
        "Equal seeds give equal pictures, on every machine. Fields of --json: docs/cli.md."})
final class ScenesCommand implements Callable<Integer> {
    private static final int SMALLEST_SIDE = 32;
    private static final int LARGEST_SIDE = 8192;
    /// Progress is said so many times.
    private static final int REPORTS = 10;

    @Spec
    private CommandSpec spec;

    @Option(names = "--count", required = true, paramLabel = "N", description = "how many scenes")
    private int count;

    @Option(names = "--size", paramLabel = "HxW", defaultValue = "256x512", description = "height and width in pixels, 32 to 8192 each (default: ${DEFAULT-VALUE})")
    private String sizeText;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "0", description = "the first scene's seed; the next ones have the numbers that follow (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(names = {"-o", "--out"}, required = true, paramLabel = "DIR", description = "the folder to write into")
    private Path target;

    @Option(names = "--split", paramLabel = "NAME", defaultValue = "val", description = "the split's folder, such as train or val (default: ${DEFAULT-VALUE})")
    private String split;

    @Option(names = "--threads", paramLabel = "N", converter = ThreadsByText.class, description = "threads, at most 1024 (default: all processors)")
    private @Nullable Integer threads;

    @Option(names = "--json", description = "print what was done as JSON")
    private boolean json;

    @Mixin
    private OutputArguments says;

    @Override
    public Integer call() throws InterruptedException {
        long start = System.nanoTime();
        Size size = size();
        requireArguments();
        Folders.require(target);
        CityscapesFolder folder = CityscapesFolder.of(target, split);
        Path[] pictures = new Path[count];
        ExecutorService workers = Executors.newFixedThreadPool(threads());
        try {
            ExecutorCompletionService<Integer> work = new ExecutorCompletionService<>(workers);
            for (int index = 0; index < count; index++) {
                int own = index;
                work.submit(() -> {
                    Scene scene = StreetScenes.generate(seed + own, size);
                    pictures[own] = folder.write(scene, seed + own);
                    return own;
                });
            }
            for (int done = 1; done <= count; done++) {
                work.take().get();
                progress(done);
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error fatal) {
                throw fatal;
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            workers.shutdownNow();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        say(String.format(Locale.ROOT, "%s of %s in %.1f s, written to %s", Words.counted(count, "scene"), size, seconds, Line.of(target)));
        if (json) {
            spec.commandLine().getOut()
                    .println(new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(facts(size, seconds, pictures)));
        }
        return ExitCode.DONE;
    }

    private Size size() {
        if (!sizeText.matches("[1-9]\\d{0,4}x[1-9]\\d{0,4}")) {
            throw wrong("--size", "'" + sizeText + "' is not a size; write height and width as 256x512");
        }
        int x = sizeText.indexOf('x');
        Size size = new Size(Integer.parseInt(sizeText.substring(0, x)), Integer.parseInt(sizeText.substring(x + 1)));
        if (Math.min(size.height(), size.width()) < SMALLEST_SIDE || Math.max(size.height(), size.width()) > LARGEST_SIDE) {
            throw wrong("--size", size + " has a side that is not from " + SMALLEST_SIDE + " to " + LARGEST_SIDE);
        }
        return size;
    }

    private void requireArguments() {
        if (count < 1 || count > 1_000_000) {
            throw wrong("--count", count + " is not from 1 to 1000000");
        }
        if (seed < 0 || seed > CityscapesFolder.LARGEST_SEED - count + 1) {
            throw wrong("--seed", seed + " is not from 0 to " + (CityscapesFolder.LARGEST_SEED - count + 1));
        }
        if (!split.matches("[A-Za-z0-9_-]+")) {
            throw wrong("--split", "'" + split + "' is not a name of letters, digits, '_' and '-'");
        }
    }

    private int threads() {
        return Math.min(count, threads == null ? Runtime.getRuntime().availableProcessors() : threads);
    }

    private ParameterException wrong(String option, String why) {
        return new ParameterException(spec.commandLine(), "Invalid value for option '" + option + "': " + why);
    }

    private void progress(int done) {
        int step = Math.max(1, count / REPORTS);
        if (done % step == 0 && done < count) {
            say(done + "/" + count);
        }
    }

    private void say(String line) {
        if (!says.isQuiet()) {
            PrintWriter err = spec.commandLine().getErr();
            err.println(line);
        }
    }

    private SequencedMap<String, Object> facts(Size size, double seconds, Path[] pictures) {
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("count", count);
        facts.put("height", size.height());
        facts.put("width", size.width());
        facts.put("seed", seed);
        facts.put("split", split);
        facts.put("threads", threads());
        facts.put("seconds", seconds);
        List<String> files = Arrays.stream(pictures).map(Path::toString).toList();
        facts.put("pictures", files);
        return facts;
    }
}
