package dev.maskforge.engine.tensorrt.kernels.attention;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.LaunchGeometry;
import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionLayout.Level;
import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionLayout.Rows;
import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionLayout.Table;
import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionLayout.Tables;
import dev.maskforge.graph.DataType;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class DeformableAttentionTileTest {
    @Test
    void tilesCoverEveryQueryOfEveryLevel() {
        DeformableAttentionLayout layout = DeformableAttentionLayout.of(3, 5, 24, 2,
                List.of(new Level(1, 1), new Level(3, 17), new Level(9, 8)),
                DataType.FLOAT16, DataType.FLOAT16);
        DeformableAttentionTile tile = DeformableAttentionTile.of(layout, 256, 2, 1, 1024);
        assertEquals(new DeformableAttentionTile(4, 8, 2, 8, 4, 4), tile);
        LaunchGeometry geometry = DeformableAttentionKernel.geometry(layout, tile);
        // Tiles: 1, 1 x 3 and 3 x 1; heads: two and two and one.
        assertEquals(new LaunchGeometry(7 * 3, 3, 1, 4 * 8 * 2 * 4, 1), geometry);
    }

    @Test
    void lanesAndVectorsFitAnyHead() {
        for (int channels = 1; channels <= 300; channels++) {
            for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT16)) {
                DeformableAttentionLayout layout = DeformableAttentionLayout.of(1, 3, channels, 1, List.of(new Level(2, 2)), type, type);
                for (int loads : new int[]{1, 2}) {
                    DeformableAttentionTile tile = DeformableAttentionTile.of(layout, 256, 2, loads, 1024);
                    assertEquals(0, channels % tile.channels());
                    assertEquals(0, 32 % tile.lanes());
                    assertEquals(true, tile.lanes() == 32 || tile.lanes() * tile.channels() >= channels, layout + " " + tile);
                    assertEquals(0, tile.threads() % 32, layout + " " + tile);
                    assertEquals(true, tile.threads() >= 32 && tile.threads() <= 1024, layout + " " + tile);
                }
            }
        }
    }

    @Test
    void mergedRowsLimitHowMuchIsLoadedAtOnce() {
        Rows value = new Rows(DataType.FLOAT16, 544);
        Rows odd = new Rows(DataType.FLOAT16, 546);
        List<Level> levels = List.of(new Level(2, 2), new Level(1, 1), new Level(1, 3));
        assertEquals(8, new DeformableAttentionLayout(1, 8, 32, 4, levels, value, value, value).vector());
        assertEquals(2, new DeformableAttentionLayout(1, 8, 32, 4, levels, odd, value, value).vector());
        Rows unpaired = new Rows(DataType.FLOAT16, 545);
        assertThrows(IllegalArgumentException.class, () -> new DeformableAttentionLayout(1, 8, 32, 4, levels, value, unpaired, value));
        Rows narrow = new Rows(DataType.FLOAT16, 95);
        assertThrows(IllegalArgumentException.class, () -> new DeformableAttentionLayout(1, 8, 32, 4, levels, value, value, narrow));
    }

    @Test
    void refusesWhatTheKernelDoesNotHold() {
        List<Level> huge = List.of(new Level(3000, 3000));
        assertThrows(EngineException.class, () -> DeformableAttentionLayout.of(1, 8, 32, 4, huge, DataType.FLOAT16, DataType.FLOAT16));
        List<Level> level = List.of(new Level(2, 2));
        assertThrows(EngineException.class, () -> DeformableAttentionLayout.of(1, 8, 32, 65, level, DataType.FLOAT16, DataType.FLOAT16));
        DeformableAttentionLayout whole = DeformableAttentionLayout.of(1, 8, 32, 4, level, DataType.INT32, DataType.FLOAT16);
        assertThrows(EngineException.class,
                () -> DeformableAttentionKernel.source(whole, DeformableAttentionTile.standard(whole)));
    }

    @Test
    void tablesAreOneForAllPicturesOrOneForEach() {
        DeformableAttentionLayout plain = DeformableAttentionLayout.of(1, 8, 32, 4, List.of(new Level(2, 2)), DataType.FLOAT16,
                DataType.FLOAT16);
        AttentionLayouts.positioned(plain, 3, DataType.FLOAT32, 1);
        AttentionLayouts.positioned(plain, 3, DataType.FLOAT32, 3);
        assertThrows(IllegalArgumentException.class, () -> AttentionLayouts.positioned(plain, 3, DataType.FLOAT32, 2));
        Rows wide = new Rows(DataType.FLOAT16, 96);
        Rows narrow = new Rows(DataType.FLOAT16, 62);
        Rows odd = new Rows(DataType.FLOAT16, 65);
        for (Rows offsets : List.of(narrow, odd, new Rows(DataType.FLOAT32, 96))) {
            assertThrows(IllegalArgumentException.class, () -> new DeformableAttentionLayout(1, 8, 32, 4, plain.levels(), plain.value(),
                    wide, wide, Optional.of(new Tables(new Table(offsets, 1), new Table(wide, 1)))));
        }
    }
}
