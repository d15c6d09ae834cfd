package dev.maskforge.engine.tensorrt.kernels.attention;

import dev.maskforge.engine.EngineException;
import dev.maskforge.graph.DataType;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class AttentionTileTest {
    @Test
    void coversEveryKeyAndEveryQueryAndFitsIntoABlock() {
        for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT16)) {
            for (int channels : new int[]{16, 32, 48, 64}) {
                for (int queries : new int[]{1, 16, 100, 200, 256}) {
                    for (int keys : new int[]{1, 63, 512, 513, 8192, 32768}) {
                        AttentionLayout layout = new AttentionLayout(2, 8, channels, queries, keys, true, type);
                        AttentionTile tile = AttentionTile.standard(layout);
                        int covered = tile.splits() * tile.chunks(layout) * tile.chunk();
                        assertTrue(covered >= keys, layout + " " + tile);
                        // The last block has a load to do.
                        assertTrue((tile.splits() - 1) * tile.chunks(layout) * tile.chunk() < keys, layout + " " + tile);
                        assertTrue(tile.threads() <= 512, tile.toString());
                        assertTrue(2 * tile.chunk() * (channels * type.bytes() + 16) <= 48 << 10, layout + " " + tile);
                        assertTrue(
                                tile.tiles() * tile.parts() * 16 * (channels + 2) * 4 <= 2 * tile.chunk() * (channels * type.bytes() + 16),
                                layout + " " + tile);
                        assertTrue(AttentionKernel.geometry(layout, tile).blocksAcross() * tile.tiles() * 16 >= queries * tile.splits());
                    }
                }
            }
        }
    }

    @Test
    void manyKeysFillADevice() {
        AttentionLayout layout = new AttentionLayout(1, 8, 32, 100, 8192, true, DataType.FLOAT16);
        assertEquals(new AttentionTile(7, 2, 2, 16), AttentionTile.standard(layout));
        AttentionLayout fewer = new AttentionLayout(1, 8, 32, 100, 2048, true, DataType.FLOAT16);
        assertEquals(new AttentionTile(4, 2, 2, 8), AttentionTile.standard(fewer));
    }

    @Test
    void refusesHeadsThatAreNoFragments() {
        EngineException refusal = assertThrows(EngineException.class,
                () -> new AttentionLayout(1, 8, 40, 100, 8192, true, DataType.FLOAT16));
        assertTrue(String.valueOf(refusal.getMessage()).contains("40"), refusal.toString());
    }
}
