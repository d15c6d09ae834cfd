package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class FormChooserTest {
    private final List<DeformableAttentionForm> tried = new ArrayList<>();
    private final Set<DeformableAttentionForm> open = EnumSet.noneOf(DeformableAttentionForm.class);

    private final class StandIn implements FormChooser.Candidate {
        private final DeformableAttentionForm form;
        private final double error;
        private final double seconds;

        StandIn(DeformableAttentionForm form, double error, double seconds) {
            this.form = form;
            this.error = error;
            this.seconds = seconds;
            open.add(form);
        }

        @Override
        public double error() {
            return error;
        }

        @Override
        public double tolerance() {
            return 1e-4;
        }

        @Override
        public double seconds() {
            assertEquals(EnumSet.of(DeformableAttentionForm.GATHER, DeformableAttentionForm.PLUGIN), open, "what may run is open");
            return seconds;
        }

        @Override
        public void close() {
            assertTrue(open.remove(form), form + " is closed twice");
            if (form == DeformableAttentionForm.PLUGIN && seconds == FAILS_TO_CLOSE) {
                throw new EngineException("the plugin does not close");
            }
        }
    }

    private static final double FAILS_TO_CLOSE = 1e-4;

    private FormChooser chooser(Path folder) {
        return chooser(folder, 2e-4);
    }

    private FormChooser chooser(Path folder, double plugin) {
        return new FormChooser(new FormCache(folder), form -> {
            tried.add(form);
            return switch (form) {
                // Fastest of all, and wrong.
                case GRID_SAMPLE -> new StandIn(form, 0.3, 1e-6);
                case GATHER -> new StandIn(form, 1e-6, 3e-4);
                case PLUGIN -> new StandIn(form, 1e-6, plugin);
                case KERNEL -> throw new EngineException("there is no libnvrtc");
            };
        });
    }

    @Test
    void allAreClosedAfterwardsEvenWhereOneFailsTo(@TempDir Path folder) {
        chooser(folder).choose("any");
        assertEquals(Set.of(), open);
        assertThrows(EngineException.class, () -> chooser(folder, FAILS_TO_CLOSE).choose("other"));
        assertEquals(Set.of(), open);
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
        FormChooser chooser = new FormChooser(new FormCache(folder), form -> new StandIn(form, Double.NaN, 1));
        String message = String.valueOf(assertThrows(EngineException.class, () -> chooser.choose("any")).getMessage());
        assertTrue(message.contains("gather is wrong by NaN"), message);
        assertEquals(Set.of(), open);
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
