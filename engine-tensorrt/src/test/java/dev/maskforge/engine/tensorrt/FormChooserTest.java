package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.lower.DeformableAttentionForm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class FormChooserTest {
    private final List<DeformableAttentionForm> tried = new ArrayList<>();

    private FormChooser chooser(Path folder) {
        return new FormChooser(new FormCache(folder), form -> {
            tried.add(form);
            return switch (form) {
                // Fastest of all, and wrong.
                case GRID_SAMPLE -> new FormChooser.Measured(0.3, 1e-4, 1e-6);
                case GATHER -> new FormChooser.Measured(1e-6, 1e-4, 3e-4);
                case PLUGIN -> new FormChooser.Measured(1e-6, 1e-4, 2e-4);
                case KERNEL -> throw new EngineException("there is no libnvrtc");
            };
        });
    }

    @Test
    void theFastestThatIsRightIsChosenOnceAndRemembered(@TempDir Path folder) {
        assertEquals(DeformableAttentionForm.PLUGIN, chooser(folder).choose("H200 10.6 fp16"));
        assertEquals(List.of(DeformableAttentionForm.values()), tried);
        assertEquals(DeformableAttentionForm.PLUGIN, chooser(folder).choose("H200 10.6 fp16"));
        assertEquals(4, tried.size());
        chooser(folder).choose("H200 10.6 fp32");
        assertEquals(8, tried.size());
    }

    @Test
    void whatIsNoNumberIsNotRight(@TempDir Path folder) {
        FormChooser chooser = new FormChooser(new FormCache(folder), _ -> new FormChooser.Measured(Double.NaN, 1e-4, 1));
        String message = String.valueOf(assertThrows(EngineException.class, () -> chooser.choose("any")).getMessage());
        assertTrue(message.contains("gather is wrong by NaN"), message);
        assertEquals(1, message.lines().count());
    }

    @Test
    void damagedChoicesAreMadeAnew(@TempDir Path folder) throws IOException {
        chooser(folder).choose("any");
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.writeString(file, "teleport");
            }
        }
        assertEquals(Optional.empty(), new FormCache(folder).find("any"));
        assertEquals(DeformableAttentionForm.PLUGIN, chooser(folder).choose("any"));
        assertEquals(8, tried.size());
    }
}
