package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.DeviceMemoryException;
import dev.maskforge.engine.tensorrt.prepare.DeformableAttentionForm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class FormChooserTest {
    private final List<DeformableAttentionForm> tried = new ArrayList<>();
    private final List<String> said = new ArrayList<>();
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
            assertTrue(open.containsAll(EnumSet.of(DeformableAttentionForm.GATHER, DeformableAttentionForm.PLUGIN, form)),
                    "what may run is open");
            assertFalse(open.contains(DeformableAttentionForm.GRID_SAMPLE), "what is wrong is not");
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
        return chooser(folder, plugin, () -> {
            throw new EngineException("there is no libnvrtc");
        });
    }

    private FormChooser chooser(Path folder, double plugin, Supplier<FormChooser.Candidate> kernel) {
        return new FormChooser(new FormCache(folder), form -> {
            tried.add(form);
            return switch (form) {
                // Fastest of all, and wrong.
                case GRID_SAMPLE -> new StandIn(form, 0.3, 1e-6);
                case GATHER -> new StandIn(form, 1e-6, 3e-4);
                case PLUGIN -> new StandIn(form, 1e-6, plugin);
                case KERNEL -> kernel.get();
            };
        }, said::add);
    }

    private static DeviceMemoryException noMemory() {
        return new DeviceMemoryException("CUDA fails at taking 64 bytes of device memory: out of memory");
    }

    /// The kernel, right and the fastest of all that are.
    private FormChooser.Candidate kernel() {
        return new StandIn(DeformableAttentionForm.KERNEL, 1e-6, 1e-4);
    }

    /// The kernel, whose check finds the memory that its runs then do not.
    private FormChooser.Candidate kernelThatRunsOut() {
        return new FormChooser.Candidate() {
            @Override
            public double error() {
                return 0;
            }

            @Override
            public double tolerance() {
                return 1e-4;
            }

            @Override
            public double seconds() {
                throw noMemory();
            }

            @Override
            public void close() {
                // holds nothing
            }
        };
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
        assertEquals(List.of(), said);
    }

    /// Other programs hold it, and let go of it.
    @Test
    void aChoiceWithoutTheFormsThatFoundNoMemoryIsNotKept(@TempDir Path folder) {
        List<Supplier<FormChooser.Candidate>> kernels = List.of(() -> {
            throw noMemory();
        }, this::kernelThatRunsOut);
        for (Supplier<FormChooser.Candidate> kernel : kernels) {
            said.clear();
            assertEquals(DeformableAttentionForm.PLUGIN, chooser(folder, 2e-4, kernel).choose("any"));
            assertEquals(List.of("taking form plugin of deformable attention for this once: the GPU has too little free memory for kernel"),
                    said);
            assertEquals(Optional.empty(), new FormCache(folder).find("any"));
        }
        said.clear();
        assertEquals(DeformableAttentionForm.KERNEL, chooser(folder, 2e-4, this::kernel).choose("any"));
        assertEquals(List.of(), said);
        assertEquals(Optional.of(DeformableAttentionForm.KERNEL), new FormCache(folder).find("any"));
        assertEquals(Set.of(), open);
    }

    @Test
    void whereNoFormFindsMemoryThatIsTheFailure(@TempDir Path folder) {
        FormChooser none = new FormChooser(new FormCache(folder), form -> {
            tried.add(form);
            throw noMemory();
        }, said::add);
        String each = "CUDA fails at taking 64 bytes of device memory: out of memory";
        assertEquals(
                "no form of deformable attention of [grid-sample, gather, plugin, kernel] finds the memory that it needs: grid-sample: "
                        + each + "; gather: " + each + "; plugin: " + each + "; kernel: " + each
                        + "; use a smaller picture, batch or profile, or end other programs on the GPU",
                assertThrows(DeviceMemoryException.class, () -> none.choose("any")).getMessage());
        assertEquals(List.of(DeformableAttentionForm.values()), tried);
        assertEquals(List.of(), said);
        assertEquals(Optional.empty(), new FormCache(folder).find("any"));
    }

    /// It is not known then that more memory would be the cure; each form says for itself what it lacks.
    @Test
    void whereOneFormIsWrongMemoryIsNotTheFailure(@TempDir Path folder) {
        FormChooser most = new FormChooser(new FormCache(folder), form -> {
            if (form == DeformableAttentionForm.GRID_SAMPLE) {
                return new StandIn(form, 0.3, 1e-6);
            }
            throw noMemory();
        }, said::add);
        EngineException told = assertThrows(EngineException.class, () -> most.choose("any"));
        assertEquals(EngineException.class, told.getClass());
        String message = String.valueOf(told.getMessage());
        assertTrue(message.contains("is right here: grid-sample is wrong by 0.3; gather is not to be had: CUDA fails"), message);
        assertEquals(Set.of(), open);
    }

    @Test
    void whatIsNoNumberIsNotRight(@TempDir Path folder) {
        FormChooser chooser = new FormChooser(new FormCache(folder), form -> new StandIn(form, Double.NaN, 1), said::add);
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
