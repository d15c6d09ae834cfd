package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.Architecture;
import dev.maskforge.engine.tensorrt.kernels.KernelCache;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.kernels.StandInCompiler;
import dev.maskforge.engine.tensorrt.kernels.StandInModules;
import dev.maskforge.engine.tensorrt.kernels.attention.AttentionLayouts;
import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionKernel;
import dev.maskforge.engine.tensorrt.kernels.head.HeadKernel;
import dev.maskforge.engine.tensorrt.kernels.head.HeadLayout;
import dev.maskforge.engine.tensorrt.kernels.head.HeadLayouts;
import dev.maskforge.engine.tensorrt.kernels.head.HeadLogits;
import dev.maskforge.engine.tensorrt.kernels.head.PictureHeadKernel;
import dev.maskforge.engine.tensorrt.kernels.head.PictureHeadKernel.Resized;
import dev.maskforge.engine.tensorrt.kernels.pixels.PixelsKernel;
import dev.maskforge.engine.tensorrt.kernels.pixels.PixelsLayout;
import dev.maskforge.engine.tensorrt.kernels.pixels.PixelsLayouts;
import dev.maskforge.graph.DataType;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class KernelsTest {
    private static final HeadLayout HEAD = HeadLayouts.cityscapes(32, 64, DataType.FLOAT32);

    private static final HeadLayout ODD_HEAD = new HeadLayout(2, 5, 19, new HeadLayout.Size(5, 7), new HeadLayout.Size(19, 27),
            DataType.FLOAT16);

    @TempDir
    private Path folder;

    private KernelLoader loader(StandInModules modules) {
        return new KernelLoader(modules, new StandInCompiler(), new KernelCache(folder));
    }

    private void everything(KernelLoader loader) {
        try (DeformableAttentionKernel attention = DeformableAttentionKernel.load(loader,
                AttentionLayouts.pixelDecoder(32, 64, DataType.FLOAT16, DataType.FLOAT32))) {
            attention.enqueue(256, 512, 768, 1024, 7);
        }
        for (HeadLayout layout : List.of(HEAD, ODD_HEAD)) {
            try (HeadKernel head = HeadKernel.load(loader, layout)) {
                head.enqueue(new HeadLogits(256, 512), 1024, 2048, 7);
            }
        }
        for (Resized resized : Resized.values()) {
            try (PictureHeadKernel head = PictureHeadKernel.load(loader, HEAD, new HeadLayout.Size(40, 50), resized)) {
                head.enqueue(new HeadLogits(256, 512), 768, 1024, 2048, 7);
            }
        }
        try (PixelsKernel pixels = PixelsKernel.load(loader,
                PixelsLayouts.imageNet(2, 5, 7, DataType.FLOAT16, PixelsLayout.Order.PLANES))) {
            pixels.enqueue(256, 512, 768, 7);
        }
    }

    @Test
    void launchesOnTheStreamAndUnloads() {
        StandInModules modules = new StandInModules();
        everything(loader(modules));
        assertEquals(Set.of(), modules.loaded());
        assertEquals(
                List.of("deformable_attention", "class_probabilities", "semantic_labels", "class_probabilities", "semantic_inference",
                        "class_probabilities",
                        "semantic_inference", "class_probabilities", "semantic_inference", "score_labels", "pixels"),
                modules.launches().stream().map(StandInModules.Launch::function).toList());
        assertTrue(modules.launches().stream().allMatch(launch -> launch.stream() == 7));
    }

    /// A hundred queries are seven steps of sixteen, 19 classes three tiles of eight; each of 32 lanes has 16 bytes.
    @Test
    void factorsOfTheMatrixUnitsFillWholeStepsAndTiles() {
        try (HeadKernel head = HeadKernel.load(loader(new StandInModules()), HEAD)) {
            assertEquals(7 * 3 * 32 * 16, head.workspaceBytes());
        }
    }

    @Test
    void beforeAmpereTheHeadDoesWithoutMatrixUnits() {
        StandInModules modules = new StandInModules(Architecture.TURING);
        try (HeadKernel head = HeadKernel.load(loader(modules), HEAD)) {
            head.enqueue(new HeadLogits(256, 512), 768, 1024, 7);
        }
        assertEquals(List.of("class_probabilities", "semantic_inference"),
                modules.launches().stream().map(StandInModules.Launch::function).toList());
    }

    @Test
    void aFailureOfAnyCallLeavesNothingLoaded() {
        StandInModules counted = new StandInModules();
        everything(loader(counted));
        for (int call = 1; call <= counted.calls(); call++) {
            StandInModules modules = new StandInModules(call);
            EngineException failure = assertThrows(EngineException.class, () -> everything(loader(modules)), "call " + call);
            assertEquals(1, String.valueOf(failure.getMessage()).lines().count());
            assertEquals(Set.of(), modules.loaded(), "call " + call);
        }
        System.out.println("kernels: " + counted.calls() + " calls of the driver, each made to fail once, no module left");
    }

    @Test
    void aClosedKernelIsNotLaunched() {
        StandInModules modules = new StandInModules();
        HeadKernel head = HeadKernel.load(loader(modules), HEAD);
        head.close();
        head.close();
        assertThrows(IllegalStateException.class, () -> head.enqueue(new HeadLogits(256, 512), 1024, 2048, 0));
        assertEquals(List.of(), modules.launches());
    }

    @Test
    void refusesAddressesThatCannotBe() {
        KernelLoader loader = loader(new StandInModules());
        try (DeformableAttentionKernel attention = DeformableAttentionKernel.load(loader,
                AttentionLayouts.pixelDecoder(32, 64, DataType.FLOAT16, DataType.FLOAT32))) {
            refuses("values", 0, address -> attention.enqueue(address, 512, 768, 1024, 0));
            refuses("values", 264, address -> attention.enqueue(address, 512, 768, 1024, 0));
            refuses("offsets", 516, address -> attention.enqueue(256, address, 768, 1024, 0));
            refuses("logits", 770, address -> attention.enqueue(256, 512, address, 1024, 0));
            refuses("outputs", 1032, address -> attention.enqueue(256, 512, 768, address, 0));
        }
    }

    private static void refuses(String what, long address, Consumer<Long> enqueue) {
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> enqueue.accept(address));
        assertTrue(String.valueOf(refusal.getMessage()).startsWith(what), String.valueOf(refusal.getMessage()));
    }
}
