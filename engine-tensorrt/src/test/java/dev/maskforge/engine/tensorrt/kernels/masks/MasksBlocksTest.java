package dev.maskforge.engine.tensorrt.kernels.masks;

import dev.maskforge.engine.tensorrt.cuda.LaunchGeometry;
import dev.maskforge.engine.tensorrt.kernels.masks.MasksLayout.BiasKind;
import dev.maskforge.graph.DataType;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class MasksBlocksTest {
    private static final int TILE = 16;

    @Test
    void coverEveryQueryAndEveryPixel() {
        for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT16)) {
            for (int queries : new int[]{1, 16, 17, 100, 208}) {
                for (int pixels : new int[]{1, 32, 63, 65, 512, 1025, 4096, 4097, 34_221}) {
                    for (boolean blocked : new boolean[]{false, true}) {
                        MasksLayout layout = layout(3, queries, pixels, type, blocked);
                        for (MasksBlocks blocks : List.of(MasksBlocks.whole(layout), MasksBlocks.ofParts(layout), MasksBlocks.of(layout))) {
                            assertTrue(blocks.queries() * blocks.parts() >= queries, layout + " " + blocks);
                            // The last part has a query, and each block a warp for each part of its queries.
                            assertTrue(blocks.queries() * (blocks.parts() - 1) < queries, layout + " " + blocks);
                            assertEquals(0, blocks.warps() % blocks.split(), blocks.toString());
                            assertEquals(0, blocks.queries() % blocks.warps(), blocks.toString());
                            assertTrue(blocks.cluster() == 1 || blocks.cluster() == blocks.across(), blocks.toString());
                            assertTrue(blocks.cluster() == 1 || blocked && blocks.seesAll(), blocks.toString());
                            assertTrue(blocks.sharedBytes(layout) <= 227 * 1024, layout + " " + blocks);
                            // Blocks go round, so that one would do; none is there for nothing but to make up a power of two.
                            int pixelsOfBlock = blocks.warps() / blocks.split() * TILE;
                            int enough = Math.ceilDiv(pixels, pixelsOfBlock);
                            assertTrue(blocks.across() >= 1 && blocks.across() < 2 * enough, layout + " " + blocks);
                        }
                    }
                }
            }
        }
    }

    @Test
    void aClusterHasAllOfFewPixels() {
        for (int[] each : new int[][]{{32, 1}, {64, 1}, {65, 2}, {128, 2}, {200, 4}, {512, 8}, {513, 16}, {2048, 16}, {4096, 16}}) {
            MasksLayout layout = layout(1, 100, each[0], DataType.FLOAT16, true);
            MasksBlocks blocks = MasksBlocks.of(layout);
            assertEquals(new MasksBlocks(1, 7, 4, 1, each[1], each[1]), blocks);
            assertTrue(blocks.seesAll());
            assertEquals(0, layout.workspaceBytes(blocks));
            assertEquals(new LaunchGeometry(each[1], 1, 7, 128, 1, 16 * (512 + 72)), MasksKernel.geometry(layout, blocks));
        }
    }

    /// Beyond, reading all features for each sixteen queries would take longer than a launch.
    @Test
    void manyPixelsAreReadOnce() {
        MasksLayout large = layout(1, 100, 8192, DataType.FLOAT16, true);
        assertEquals(new MasksBlocks(7, 1, 8, 2, 128, 1), MasksBlocks.of(large));
        assertEquals(128 * 7 * TILE, large.workspaceBytes(MasksBlocks.of(large)));
        assertEquals(1, MasksBlocks.of(layout(1, 100, 4096, DataType.FLOAT32, true)).parts());
        assertEquals(7, MasksBlocks.of(layout(1, 100, 2048, DataType.FLOAT32, true)).parts());
        assertEquals(1, MasksBlocks.of(layout(8, 100, 2048, DataType.FLOAT16, true)).parts());
        assertEquals(7, MasksBlocks.of(layout(8, 100, 512, DataType.FLOAT16, true)).parts());
    }

    @Test
    void logitsNeedNoClusters() {
        MasksLayout layout = layout(2, 100, 2048, DataType.FLOAT16, false);
        MasksBlocks blocks = MasksBlocks.of(layout);
        assertEquals(new MasksBlocks(1, 7, 4, 1, 32, 1), blocks);
        assertFalse(blocks.seesAll());
        assertEquals(0, layout.workspaceBytes(blocks));
    }

    private static MasksLayout layout(int pictures, int queries, int pixels, DataType type, boolean blocked) {
        return new MasksLayout(pictures, queries, 256, pixels, type, type, BiasKind.NONE, 0, blocked);
    }
}
