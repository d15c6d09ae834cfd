package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.BuildOptions;
import dev.maskforge.engine.BuildProfile;
import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.GraphHash;
import dev.maskforge.engine.PlanCompiler;
import dev.maskforge.engine.Session;
import dev.maskforge.engine.plan.CheckFigures;
import dev.maskforge.engine.plan.PlanException;
import dev.maskforge.engine.plan.PlanException.Reason;
import dev.maskforge.engine.plan.PlanFile;
import dev.maskforge.engine.plan.PlanRecord;
import dev.maskforge.engine.plan.PlanSource;
import dev.maskforge.engine.plan.PortTypes;
import dev.maskforge.engine.tensorrt.cuda.DriverCuda;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.plan.PlanContainer;
import dev.maskforge.graph.Graph;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// A plan of TensorRT's with all kernels of ours between its segments, damaged in many ways: each is refused before TensorRT gets
/// it, and the plan as it was written still opens.
@WhereThereIsAGpu
@Timeout(600)
class DamagedPlansOnGpuTest {
    private static final String TOOL = "maskforge of the test";
    private static final EngineOptions OPTIONS = EngineOptions.standard();
    private static final SmallNetwork NETWORK = SmallNetwork.KERNELS_FP16;

    @TempDir
    private Path folder;

    private final AtomicInteger opened = new AtomicInteger();
    private final WatchedProvider provider = new WatchedProvider(new TensorRtProvider(), opened);

    private Path plan() {
        return folder.resolve("small.plan");
    }

    /// What the device cannot run it has no kernels of.
    private static BuildOptions build() {
        return BuildOptions.standard(BuildProfile.fixed(1, 32, 48)).withPrecision(NETWORK.precision()).withOptimisationLevel(0)
                .withSetting("lowering", "kernel").withSetting("attention", "kernel-always").withSetting("labels", "kernel")
                .withSetting("tokens", NETWORK.hasTokens(SmallNetwork.device()) ? "kernel-always" : "network");
    }

    private static PlanSource source() {
        return new PlanSource(TOOL, GraphHash.of(NETWORK.graph()), build());
    }

    private void write() throws IOException {
        Path finished = folder.resolve("finished.tmp");
        PlanCompiler compiler = provider.planCompiler().orElseThrow();
        Graph graph = NETWORK.graph();
        BuildOptions build = build();
        PlanCompiler.Compiled compiled = compiler.compile(graph, build, BuildProgress.NONE, finished);
        PlanFile.put(finished, plan(), new PlanRecord(PlanRecord.VERSION, TOOL, "2026-11-26T08:15:00Z", provider.name(), compiler.target(),
                GraphHash.of(graph), build, PortTypes.print(graph, graph.inputs()), PortTypes.print(graph, graph.outputs()),
                compiled.facts(), new LinkedHashMap<>(), new CheckFigures("passed", 0.9999, 4, List.of(), List.of()), Files.size(finished),
                GraphHash.of(finished)));
    }

    /// One way to damage a plan, and why it is then refused.
    private record Damage(String name, Reason reason, UnaryOperator<byte[]> plan, UnaryOperator<String> record) {
        static Damage bytes(String name, Reason reason, UnaryOperator<byte[]> plan) {
            return new Damage(name, reason, plan, text -> text);
        }

        static Damage json(String name, Reason reason, String pattern, String replacement) {
            return new Damage(name, reason, bytes -> bytes, text -> text.replaceFirst(pattern, replacement));
        }
    }

    private static byte[] flipped(byte[] bytes, int place) {
        byte[] copy = bytes.clone();
        copy[place] ^= 1;
        return copy;
    }

    /// Where a text begins that is in the plan.
    private static int find(byte[] plan, String text) {
        int place = new String(plan, StandardCharsets.ISO_8859_1).indexOf(text);
        assertTrue(place >= 0, "the plan has no '" + text + "'");
        return place;
    }

    private static List<Damage> damages(byte[] whole) {
        int header = find(whole, "input\ttokens");
        int kernel = find(whole, "SemanticLabels");
        int attention = find(whole, "DeformableAttention{");
        PlanContainer container = PlanContainer.read(MemorySegment.ofArray(whole));
        long segment = container.parts().stream().filter(PlanContainer.Part.Segment.class::isInstance)
                .map(part -> ((PlanContainer.Part.Segment) part).bytes().address()).findFirst().orElseThrow();
        int first = Math.toIntExact(segment - MemorySegment.ofArray(whole).address());
        int last = whole.length - 300;
        List<Damage> damages = new ArrayList<>(List.of(Damage.bytes("nothing is left", Reason.TRUNCATED, _ -> new byte[0]),
                Damage.bytes("cut in the first line", Reason.TRUNCATED, all -> Arrays.copyOf(all, 12)),
                Damage.bytes("cut in the header", Reason.TRUNCATED, all -> Arrays.copyOf(all, header + 5)),
                Damage.bytes("cut in the first segment", Reason.TRUNCATED, all -> Arrays.copyOf(all, first + 100)),
                Damage.bytes("cut in a kernel", Reason.TRUNCATED, all -> Arrays.copyOf(all, kernel + 3)),
                Damage.bytes("the last byte is gone", Reason.TRUNCATED, all -> Arrays.copyOf(all, all.length - 1)),
                Damage.bytes("a byte more", Reason.TRUNCATED, all -> Arrays.copyOf(all, all.length + 1)),
                Damage.bytes("a flip in the first line", Reason.CORRUPTED, all -> flipped(all, 3)),
                Damage.bytes("a flip in the header's length", Reason.CORRUPTED, all -> flipped(all, "maskforge-tensorrt-2 ".length())),
                Damage.bytes("a flip in an input's name", Reason.CORRUPTED, all -> flipped(all, header + 7)),
                Damage.bytes("a flip in a kernel", Reason.CORRUPTED, all -> flipped(all, kernel)),
                Damage.bytes("a flip in another kernel", Reason.CORRUPTED, all -> flipped(all, attention)),
                Damage.bytes("a flip where the first segment begins", Reason.CORRUPTED, all -> flipped(all, first)),
                Damage.bytes("a flip within the first segment", Reason.CORRUPTED, all -> flipped(all, first + 1000)),
                Damage.bytes("a flip near the end", Reason.CORRUPTED, all -> flipped(all, last)),
                Damage.bytes("zeros of the same length", Reason.CORRUPTED, all -> new byte[all.length]),
                Damage.bytes("TensorRT's plan alone", Reason.TRUNCATED, all -> Arrays.copyOfRange(all, first, all.length)),
                Damage.json("another checksum", Reason.CORRUPTED, "\"sha256\" : \"[0-9a-f]{64}", "\"sha256\" : \"" + "0".repeat(64)),
                Damage.json("another length", Reason.TRUNCATED, "\"bytes\" : ", "\"bytes\" : 1"),
                Damage.json("another TensorRT", Reason.FOREIGN, "\"TensorRT\" : \"[^\"]*", "\"TensorRT\" : \"10.5.0"),
                Damage.json("another GPU", Reason.FOREIGN, "\"device\" : \"[^\"]*", "\"device\" : \"NVIDIA T4"),
                Damage.json("another compute capability", Reason.FOREIGN, "\"computeCapability\" : \"[^\"]*",
                        "\"computeCapability\" : \"7.5"),
                Damage.json("another engine's", Reason.FOREIGN, "\"engine\" : \"tensorrt\"", "\"engine\" : \"onnxruntime\""),
                Damage.json("another model's", Reason.STALE, "\"graph\" : \"[0-9a-f]{64}", "\"graph\" : \"" + "1".repeat(64)),
                Damage.json("another precision's", Reason.STALE, "\"precision\" : \"fp16\"", "\"precision\" : \"fp32\""),
                Damage.json("another program's", Reason.STALE, TOOL, "maskforge 0.0.1"),
                Damage.json("no json", Reason.UNREADABLE, "\\{", "[")));
        container.constants().forEach((name, constant) -> damages.add(Damage.bytes("a flip in the constant " + name, Reason.CORRUPTED,
                all -> flipped(all, Math.toIntExact(constant.memory().address() - MemorySegment.ofArray(whole).address())))));
        return damages;
    }

    @Test
    void eachIsRefusedBeforeTensorRtGetsIt() throws IOException {
        write();
        byte[] whole = Files.readAllBytes(plan());
        String record = Files.readString(PlanFile.record(plan()));
        List<Damage> damages = damages(whole);
        for (Damage damage : damages) {
            byte[] bytes = damage.plan().apply(whole);
            String text = damage.record().apply(record);
            assertTrue(!Arrays.equals(bytes, whole) || !text.equals(record), damage.name() + " changes nothing in " + record);
            Files.write(plan(), bytes);
            Files.writeString(PlanFile.record(plan()), text);
            PlanException refusal = assertThrows(PlanException.class, () -> PlanFile.open(plan(), source(), provider, OPTIONS),
                    damage.name());
            assertEquals(damage.reason(), refusal.reason(), damage.name() + ": " + refusal.getMessage());
            assertEquals(1, String.valueOf(refusal.getMessage()).lines().count(), refusal.getMessage());
        }
        assertEquals(0, opened.get());
        System.out.println(damages.size() + " damaged plans of " + whole.length + " bytes refused, none handed to TensorRT");
        Files.write(plan(), whole);
        Files.writeString(PlanFile.record(plan()), record);
        try (Engine engine = PlanFile.open(plan(), source(), provider, OPTIONS).engine(); Session session = engine.openSession()) {
            assertNotEquals(0, session.run(NETWORK.inputs(1, 1)).size());
        }
        assertEquals(1, opened.get());
    }

    /// Who can change the checksum too gets as far as our own header and kernels, which are read before anything is loaded.
    @Test
    void ourOwnPartsAreReadBeforeAnythingIsLoaded() throws IOException {
        write();
        byte[] whole = Files.readAllBytes(plan());
        String text = new String(whole, StandardCharsets.ISO_8859_1);
        List<String> damaged = List.of("", text.substring(1), text.substring(0, 30), text.replaceFirst("tensorrt-2 \\d+", "tensorrt-2 -1"),
                text.replaceFirst("tensorrt-2 \\d+", "tensorrt-2 2000000000"), text.replaceFirst("tensorrt-2", "tensorrt-1"),
                text.replaceFirst("input\ttokens", "input_tokens"),
                text.replaceFirst("float32\tn", "float33\tn"), text.replaceFirst("segment\t\\d+", "segment\t99999999999"),
                text.replaceFirst("segment\t\\d+", "segment\t-5"), text.replaceFirst("kernel\t", "kernal\t"),
                text.replaceFirst("constant\t.", "constant\t#"),
                text.replaceFirst("(constant\t[^\t]*\t)float16", "$1float32"),
                text.replaceFirst("DeformableAttention\\{", "DeformableAttention<"), text.substring(0, text.length() - 600));
        for (String each : damaged) {
            assertNotEquals(text, each);
            byte[] bytes = each.getBytes(StandardCharsets.ISO_8859_1);
            EngineException refusal = assertThrows(EngineException.class,
                    () -> PlanOpening.open(PlanContainer.read(MemorySegment.ofArray(bytes)), _ -> {
                        throw new AssertionError("TensorRT would get a segment");
                    }, DriverCuda.open(), KernelLoader::standard, 2));
            assertTrue(String.valueOf(refusal.getMessage()).startsWith("this is no TensorRT plan of Maskforge: "), refusal.getMessage());
        }
        System.out.println(damaged.size() + " damages of our own parts refused before anything is loaded");
    }
}
