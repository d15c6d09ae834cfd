package dev.maskforge.engine.plan;

import dev.maskforge.engine.Engine;
import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.EngineOptions;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Engines;
import dev.maskforge.engine.GraphHash;
import dev.maskforge.engine.PlanCompiler;
import dev.maskforge.engine.plan.PlanException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/// A plan on disk: `X.plan`, and beside it `X.plan.json`, which says what it is and bears its checksum.
///
/// Files come from anyone. Nothing of a plan reaches an engine before its length and checksum are those beside it and it
/// was made for what is here; and the engine gets the very bytes that were summed, not the file. A checksum keeps accidents
/// out, not a forger: open plans that you made or trust.
public final class PlanFile {
    public static final String ENDING = ".plan";
    private static final String ANEW = "build it anew with 'maskforge build'";

    private PlanFile() {
    }

    /// A plan on its engine.
    public record Opened(Engine engine, PlanRecord plan) {}

    /// Whether a path names a plan, by its ending.
    public static boolean isPlan(Path path) {
        return String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT).endsWith(ENDING);
    }

    /// What is known of a plan, as the text that lies beside it.
    public static String text(PlanRecord plan) {
        return PlanJson.print(plan);
    }

    /// Where what is known of a plan lies.
    public static Path record(Path plan) {
        return plan.resolveSibling(plan.getFileName() + ".json");
    }

    /// Opens a plan on the engine that made it.
    ///
    /// @throws PlanException   if it is refused
    /// @throws EngineException if its engine is missing, or refuses it
    public static Opened open(Path plan, EngineOptions options) {
        PlanRecord record = describe(plan);
        EngineProvider provider = Engines.named(record.engine());
        return new Opened(open(plan, record, compiler(plan, provider), options), record);
    }

    private static PlanCompiler compiler(Path plan, EngineProvider provider) {
        return provider.planCompiler().orElseThrow(() -> new PlanException(Reason.FOREIGN,
                plan + " is refused: engine '" + provider.name() + "' here opens no plans; use the version that made it, or " + ANEW));
    }

    /// Opens a plan of which it is known what it must be made of.
    ///
    /// @throws PlanException   if it is refused, also because it is made of something else
    /// @throws EngineException if the engine refuses it
    public static Opened open(Path plan, PlanSource wanted, EngineProvider provider, EngineOptions options) {
        PlanRecord record = describe(plan);
        requireSource(plan, record, wanted, provider);
        return new Opened(open(plan, record, compiler(plan, provider), options), record);
    }

    private static void requireSource(Path plan, PlanRecord record, PlanSource wanted, EngineProvider provider) {
        if (!record.engine().equals(provider.name())) {
            throw new PlanException(Reason.FOREIGN, plan + " is refused: it is a plan of engine '" + record.engine() + "', not of '"
                    + provider.name() + "'; " + ANEW);
        }
        wanted.difference(record).ifPresent(difference -> {
            throw new PlanException(Reason.STALE, plan + " is stale: " + difference + "; " + ANEW);
        });
    }

    /// What is known of a plan, whose bytes are not looked at.
    ///
    /// @throws PlanException if nothing is
    public static PlanRecord describe(Path plan) {
        Path record = record(plan);
        if (!Files.isRegularFile(plan)) {
            throw new PlanException(Reason.MISSING, plan + " is no file; check the path, or make it with 'maskforge build'");
        }
        if (!Files.isRegularFile(record)) {
            throw new PlanException(Reason.MISSING, plan + " is refused: " + record.getFileName()
                    + " is not beside it, which says what it is; copy both, or " + ANEW);
        }
        try (InputStream stream = Files.newInputStream(record)) {
            byte[] bytes = stream.readNBytes(PlanJson.LARGEST + 1);
            if (bytes.length > PlanJson.LARGEST) {
                throw new PlanException(Reason.UNREADABLE,
                        record + " is refused: it has more than " + PlanJson.LARGEST + " bytes; " + ANEW);
            }
            return PlanJson.read(bytes);
        } catch (IllegalArgumentException e) {
            throw new PlanException(Reason.UNREADABLE, record + " is refused: " + e.getMessage() + "; " + ANEW, e);
        } catch (IOException e) {
            throw unreadable(record, e);
        }
    }

    /// What is known of a plan, once its bytes are those that were written. Neither an engine nor a device is asked, so that any
    /// plan can be looked at anywhere, and the bytes are summed without being held.
    ///
    /// @throws PlanException if nothing is known of it, or it has other bytes
    public static PlanRecord examine(Path plan) {
        PlanRecord record = describe(plan);
        try {
            requireLength(plan, record);
            requireChecksum(plan, record, GraphHash.of(plan));
            return record;
        } catch (IOException e) {
            throw unreadable(plan, e);
        }
    }

    private static Engine open(Path plan, PlanRecord record, PlanCompiler compiler, EngineOptions options) {
        compiler.unfit(record.target()).ifPresent(reason -> {
            throw new PlanException(Reason.FOREIGN, plan + " does not fit this machine: " + reason + "; " + ANEW + " here");
        });
        try (Arena arena = Arena.ofShared()) {
            return compiler.open(verified(plan, record, arena), options);
        }
    }

    /// The bytes of a plan, once they are those that were written.
    private static MemorySegment verified(Path plan, PlanRecord record, Arena arena) {
        try {
            requireLength(plan, record);
            PlanBytes read = PlanBytes.read(plan, arena);
            requireChecksum(plan, record, read.sha256());
            return read.bytes();
        } catch (IOException e) {
            throw unreadable(plan, e);
        } catch (OutOfMemoryError e) {
            throw new EngineException("there is no memory for the " + record.bytes() + " bytes of " + plan + "; free some", e);
        }
    }

    private static void requireLength(Path plan, PlanRecord record) throws IOException {
        long size = Files.size(plan);
        if (size != record.bytes()) {
            throw new PlanException(Reason.TRUNCATED, plan + " is refused: it has " + size + " bytes, and " + record.bytes()
                    + " were written; copy it again, or " + ANEW);
        }
    }

    private static void requireChecksum(Path plan, PlanRecord record, String sha256) {
        if (!sha256.equals(record.sha256())) {
            throw new PlanException(Reason.CORRUPTED, plan + " is refused: its checksum is not the one beside it, so it was damaged or"
                    + " exchanged; copy both files again, or " + ANEW);
        }
    }

    private static PlanException unreadable(Path file, IOException e) {
        return new PlanException(Reason.UNREADABLE, file + " cannot be read: " + e + "; check its rights and its disk", e);
    }

    /// Puts a plan that is whole into its place, with what is known of it. The checksum is written last: if anything comes
    /// between, the two do not fit each other, and the plan is refused.
    ///
    /// @param finished a file in the folder of the target; it is gone afterwards
    /// @param record   with its length and checksum
    /// @throws PlanException if it cannot be written
    public static void put(Path finished, Path target, PlanRecord record) {
        Path temporary = target.resolveSibling(target.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            try {
                Files.writeString(temporary, PlanJson.print(record), StandardCharsets.UTF_8);
                force(temporary);
                force(finished);
                Files.move(finished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                Files.move(temporary, record(target), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw new PlanException(Reason.UNWRITABLE,
                    "cannot write '" + target + "': " + e + "; check the free space and the folder's rights",
                    e);
        }
    }

    private static void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /// Deletes a plan and what is beside it, as far as they are there.
    ///
    /// @throws IOException if one cannot be deleted
    public static void delete(Path plan) throws IOException {
        Files.deleteIfExists(record(plan));
        Files.deleteIfExists(plan);
    }

    /// Why a plan cannot be used, if it cannot; the engine does not see it.
    public static Optional<PlanException> refusal(Path plan, PlanSource wanted, EngineProvider provider) {
        try (Arena arena = Arena.ofShared()) {
            PlanRecord record = describe(plan);
            requireSource(plan, record, wanted, provider);
            compiler(plan, provider).unfit(record.target()).ifPresent(reason -> {
                throw new PlanException(Reason.FOREIGN, plan + " does not fit this machine: " + reason + "; " + ANEW + " here");
            });
            verified(plan, record, arena);
            return Optional.empty();
        } catch (PlanException e) {
            return Optional.of(e);
        }
    }
}
