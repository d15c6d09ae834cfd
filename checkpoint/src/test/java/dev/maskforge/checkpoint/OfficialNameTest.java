package dev.maskforge.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class OfficialNameTest {
    @Test
    void officialNamesAreKnownByTheirEnd() {
        for (String name : List.of("model_final_38c00c.pkl", "/a/b/model_final_38c00c.pkl", "maskformer-R101_model_final_38c00c.pkl")) {
            assertEquals(Optional.of(new OfficialName("38c00c")), OfficialName.of(Path.of(name)), name);
        }
        for (String name : List.of("model_final.pkl", "model_final_38c00.pkl", "model_final_38c00cc.pkl", "model_final_38C00C.pkl",
                "model_final_38c00c.pth", "model_final_38c00c.pkl.part", "model_final_38c00c (1).pkl", "model_final_38c00c.pkl/x", "/")) {
            assertEquals(Optional.empty(), OfficialName.of(Path.of(name)), name);
        }
    }

    @Test
    void theFileMustBeTheOneThatTheNamePromises(@TempDir Path folder) throws IOException {
        // MD5 of "abc", RFC 1321, A.5.
        Path file = Files.write(folder.resolve("model_final_900150.pkl"), "abc".getBytes(StandardCharsets.US_ASCII));
        Checksum checksum = Checksum.of(file);
        assertEquals("md5:900150983cd24fb0d6963f7d28e17f72", checksum.toString());
        OfficialName.of(file).orElseThrow().verify(file, checksum);
        CheckpointException refusal = assertThrows(CheckpointException.class, () -> new OfficialName("900151").verify(file, checksum));
        String message = String.valueOf(refusal.getMessage());
        assertTrue(message.endsWith("the name promises an MD5 that begins with 900151, the file has 900150983cd24fb0d6963f7d28e17f72; "
                + "download it anew, or if it is a file of your own, give it another name"), message);
    }

    @Test
    void aFileThatIsNotThereHasNoChecksum() {
        CheckpointException refusal = assertThrows(CheckpointException.class, () -> Checksum.of(Path.of("none.pkl")));
        assertTrue(String.valueOf(refusal.getMessage()).startsWith("none.pkl: "), refusal.getMessage());
    }
}
