package dev.maskforge.engine.plan;

import dev.maskforge.engine.BuildOptions;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.Session;
import dev.maskforge.engine.StandInProvider;
import dev.maskforge.engine.ToyNetwork;
import dev.maskforge.engine.plan.PlanException.Reason;
import dev.maskforge.graph.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class PlanFileTest {
    private static final EngineOptions OPTIONS = EngineOptions.standard().withThreads(1);

    @TempDir
    private Path folder;

    private Path plan() {
        return folder.resolve("model.plan");
    }

    @Test
    void aPlanComesBackAsItWasWritten() throws IOException {
        PlanRecord written = Plans.write(plan());
        PlanFile.Opened opened = PlanFile.open(plan(), OPTIONS);
        try (var engine = opened.engine(); Session session = engine.openSession()) {
            assertEquals(written, opened.plan());
            assertEquals(written, PlanFile.examine(plan()));
            assertEquals(List.of("image"), List.copyOf(engine.inputs().keySet()));
            Tensor labels = session.run(Map.of("image", ToyNetwork.pictures(1, 32, 96).getFirst())).firstEntry().getValue();
            assertEquals(32 * 96, labels.elementCount());
        }
        assertEquals(Optional.empty(), PlanFile.refusal(plan(), Plans.source(), Plans.PROVIDER));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of("model.plan", "model.plan.json"), files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }

    /// One way to damage a plan.
    ///
    /// @param name   what is done
    /// @param reason for which it is then refused
    /// @param says   what the refusal has to contain
    record Damage(String name, Reason reason, String says, Change change) {
        interface Change {
            void to(Path plan, Path record) throws IOException;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Damage json(String name, Reason reason, String says, UnaryOperator<String> change) {
        return new Damage(name, reason, says, (_, record) -> {
            String before = Files.readString(record);
            String after = change.apply(before);
            assertTrue(!before.equals(after), () -> name + " changes nothing in " + before);
            Files.writeString(record, after);
        });
    }

    private static Damage replaced(String name, Reason reason, String says, String from, String to) {
        return json(name, reason, says, text -> text.replace(from, to));
    }

    private static Damage bytes(String name, Reason reason, String says, UnaryOperator<byte[]> change) {
        return new Damage(name, reason, says, (plan, _) -> Files.write(plan, change.apply(Files.readAllBytes(plan))));
    }

    private static Stream<Damage> damages() {
        return Stream.of(
                new Damage("the plan is gone", Reason.MISSING, "is no file", (plan, _) -> Files.delete(plan)),
                new Damage("the plan is a folder", Reason.MISSING, "is no file", (plan, _) -> {
                    Files.delete(plan);
                    Files.createDirectory(plan);
                }),
                new Damage("the json is gone", Reason.MISSING, "model.plan.json is not beside it", (_, record) -> Files.delete(record)),
                bytes("the plan is empty", Reason.TRUNCATED, "0 bytes", _ -> new byte[0]),
                bytes("the plan's last byte is gone", Reason.TRUNCATED, "were written", all -> Arrays.copyOf(all, all.length - 1)),
                bytes("half the plan is gone", Reason.TRUNCATED, "were written", all -> Arrays.copyOf(all, all.length / 2)),
                bytes("the plan is one byte longer", Reason.TRUNCATED, "were written", all -> Arrays.copyOf(all, all.length + 1)),
                bytes("a bit of the plan flips at the beginning", Reason.CORRUPTED, "checksum", all -> flipped(all, 0)),
                bytes("a bit of the plan flips in the middle", Reason.CORRUPTED, "checksum", all -> flipped(all, all.length / 2)),
                bytes("a bit of the plan flips at the end", Reason.CORRUPTED, "checksum", all -> flipped(all, all.length - 1)),
                bytes("the plan is another of the same length", Reason.CORRUPTED, "checksum", all -> new byte[all.length]),
                json("the json is empty", Reason.UNREADABLE, "", _ -> ""),
                json("the json is cut off", Reason.UNREADABLE, "", text -> text.substring(0, text.length() / 2)),
                json("the json is another's", Reason.UNREADABLE, "", _ -> "{\"a\": 1}"),
                json("the json is a list", Reason.UNREADABLE, "", _ -> "[]"),
                json("the json is null", Reason.UNREADABLE, "", _ -> "null"),
                json("the json is no text", Reason.UNREADABLE, "", _ -> "\u0000\u0001\u0002"),
                json("the json is huge", Reason.UNREADABLE, "more than 1048576 bytes", text -> text + " ".repeat(1 << 20)),
                json("the json is deep", Reason.UNREADABLE, "", _ -> "[".repeat(1000)),
                json("a field is doubled", Reason.UNREADABLE, "tool", text -> text.replaceFirst("\\{", "{\"tool\": \"x\",")),
                json("a field is not known", Reason.UNREADABLE, "surprise", text -> text.replaceFirst("\\{", "{\"surprise\": 1,")),
                replaced("a field is missing", Reason.UNREADABLE, "engine", "\"engine\"", "\"engin\""),
                replaced("the format is newer", Reason.UNREADABLE, "its version is 2", "\"version\" : 1", "\"version\" : 2"),
                replaced("the length is negative", Reason.UNREADABLE, "bytes is -", "\"bytes\" : ", "\"bytes\" : -"),
                replaced("the length is huge", Reason.UNREADABLE, "bytes", "\"bytes\" : ", "\"bytes\" : 99999999999999999"),
                replaced("the checksum is none", Reason.UNREADABLE, "sha256", "\"sha256\" : \"", "\"sha256\" : \"../"),
                replaced("a precision is not known", Reason.UNREADABLE, "precision", "\"fp32\"", "\"fp3\""),
                replaced("a size is impossible", Reason.UNREADABLE, "range", "\"minimum\" : 32", "\"minimum\" : 99"),
                replaced("a type is none", Reason.UNREADABLE, "", "uint8[", "uint9["),
                replaced("a size in a type is none", Reason.UNREADABLE, "", "float32[n, 3,", "float32[n, 3 3,"),
                replaced("a time is none", Reason.UNREADABLE, "made", "2026-11-26T", "yesterday"),
                replaced("a library's version is null", Reason.UNREADABLE, "library", "\"StandIn\" : \"1.0\"", "\"StandIn\" : null"),
                json("the checksum is another's", Reason.CORRUPTED, "checksum",
                        text -> text.replaceFirst("\"sha256\" : \"[0-9a-f]{64}", "\"sha256\" : \"" + "0".repeat(64))),
                replaced("it was made with another library", Reason.FOREIGN, "it was made with StandIn 0.9, and here is 1.0",
                        "\"StandIn\" : \"1.0\"", "\"StandIn\" : \"0.9\""),
                replaced("it was made for another device", Reason.FOREIGN, "made for another device, and here is a device", "\"a device\"",
                        "\"another device\""),
                replaced("it was made with another driver", Reason.FOREIGN, "driver 440", "\"550.1\"", "\"440\""),
                replaced("it was made for another capability", Reason.FOREIGN, "compute capability 7.5", "\"9.0\"", "\"7.5\""));
    }

    private static byte[] flipped(byte[] all, int place) {
        byte[] copy = all.clone();
        copy[place] ^= 0x10;
        return copy;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("damages")
    void aDamagedPlanIsRefusedInOneLine(Damage damage) throws IOException {
        Plans.write(plan());
        damage.change().to(plan(), PlanFile.record(plan()));
        PlanException refusal = assertThrows(PlanException.class, () -> PlanFile.open(plan(), OPTIONS));
        String message = String.valueOf(refusal.getMessage());
        assertEquals(damage.reason(), refusal.reason(), message);
        assertTrue(message.contains(damage.says()), message);
        assertTrue(message.contains("model.plan") && message.contains("; ") && message.lines().count() == 1 && message.length() < 600,
                message);
        assertEquals(Optional.of(damage.reason()),
                PlanFile.refusal(plan(), Plans.source(), Plans.PROVIDER).map(PlanException::reason));
        if (damage.reason() == Reason.FOREIGN) {
            assertEquals(StandInProvider.NAME, PlanFile.examine(plan()).engine());
        } else {
            assertEquals(message, assertThrows(PlanException.class, () -> PlanFile.examine(plan())).getMessage());
        }
        // What is rebuilt takes its place.
        if (Files.isDirectory(plan())) {
            Files.delete(plan());
        }
        Plans.write(plan());
        PlanFile.open(plan(), OPTIONS).engine().close();
    }

    @Test
    void aPlanOfAnotherEngineIsRefused() throws IOException {
        Plans.write(plan());
        Path record = PlanFile.record(plan());
        Files.writeString(record, Files.readString(record).replace('"' + StandInProvider.NAME + '"', "\"reference\""));
        PlanException refusal = assertThrows(PlanException.class, () -> PlanFile.open(plan(), OPTIONS));
        assertEquals(Reason.FOREIGN, refusal.reason());
        assertTrue(String.valueOf(refusal.getMessage()).contains("engine 'reference' here opens no plans"));
        assertEquals("reference", PlanFile.examine(plan()).engine());
    }

    @Test
    void aPlanOfAnotherSourceIsStale() throws IOException {
        Plans.write(plan());
        BuildOptions half = Plans.OPTIONS.withPrecision(Precision.FP16);
        PlanSource source = Plans.source();
        assertEquals(Optional.empty(), stale(source));
        assertEquals(Optional.empty(), stale(new PlanSource(source.tool(), source.graph(), source.options().withThreads(64))));
        assertEquals("it was made with precision fp32, and fp16 is wanted",
                stale(new PlanSource(source.tool(), source.graph(), half)).orElse(""));
        assertEquals("it was made with settings none, and {tiling=4} is wanted",
                stale(new PlanSource(source.tool(), source.graph(), Plans.OPTIONS.withSetting("tiling", "4"))).orElse(""));
        assertEquals("it was made of another model or graph",
                stale(new PlanSource(source.tool(), "0".repeat(64), source.options())).orElse(""));
        assertEquals("it was made by maskforge 0.1.0, and this is maskforge 0.2.0",
                stale(new PlanSource("maskforge 0.2.0", source.graph(), source.options())).orElse(""));
    }

    private Optional<String> stale(PlanSource wanted) {
        return PlanFile.refusal(plan(), wanted, Plans.PROVIDER).map(refusal -> {
            assertEquals(Reason.STALE, refusal.reason());
            String message = String.valueOf(refusal.getMessage());
            return message.substring(message.indexOf("is stale: ") + "is stale: ".length(), message.indexOf("; build it anew"));
        });
    }

    @Test
    void whatComesBetweenPlanAndChecksumLeavesARefusal() throws IOException {
        Plans.write(plan());
        byte[] old = Files.readAllBytes(PlanFile.record(plan()));
        Files.write(plan(), "another plan that was moved into place before the power went".getBytes(StandardCharsets.UTF_8));
        Files.write(PlanFile.record(plan()), old);
        assertEquals(Optional.of(Reason.TRUNCATED),
                PlanFile.refusal(plan(), Plans.source(), Plans.PROVIDER).map(PlanException::reason));
    }
}
