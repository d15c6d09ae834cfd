package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.KernelArguments;
import dev.maskforge.engine.tensorrt.cuda.LaunchGeometry;
import dev.maskforge.engine.tensorrt.kernels.DeformableAttentionLayout.Level;
import dev.maskforge.engine.tensorrt.kernels.DeformableAttentionLayout.Rows;
import dev.maskforge.engine.tensorrt.kernels.SemanticInferenceProgram.Form;
import dev.maskforge.graph.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class LaunchTest {
    private static final HeadLayout.Size QUARTER = new HeadLayout.Size(7, 9);

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
    void refusesWhatTheKernelsDoNotHold() {
        List<Level> huge = List.of(new Level(3000, 3000));
        assertThrows(EngineException.class, () -> DeformableAttentionLayout.of(1, 8, 32, 4, huge, DataType.FLOAT16, DataType.FLOAT16));
        List<Level> level = List.of(new Level(2, 2));
        assertThrows(EngineException.class, () -> DeformableAttentionLayout.of(1, 8, 32, 65, level, DataType.FLOAT16, DataType.FLOAT16));
        DeformableAttentionLayout whole = DeformableAttentionLayout.of(1, 8, 32, 4, level, DataType.INT32, DataType.FLOAT16);
        assertThrows(EngineException.class,
                () -> DeformableAttentionKernel.source(whole, DeformableAttentionTile.standard(whole)));
        assertThrows(EngineException.class, () -> Layouts.head(1, 1, 1, QUARTER, new HeadLayout.Size(6, 36), DataType.FLOAT32));
        HeadLayout.Size large = new HeadLayout.Size(40_000, 40_000);
        assertThrows(EngineException.class, () -> Layouts.head(1, 1, 1, large, large, DataType.FLOAT32));
        assertThrows(EngineException.class, () -> new LaunchGeometry(1, 65_536, 1, 32, 1));
        assertThrows(IllegalArgumentException.class, () -> new LaunchGeometry(1, 1, 1, 64, 32));
        assertThrows(IllegalArgumentException.class, () -> new LaunchGeometry(0, 1, 1, 32, 1));
    }

    @Test
    void quadsStartHalfwayIntoThePictureAndEndBeyondIt() {
        HeadLayout quads = Layouts.head(2, 3, 19, QUARTER, new HeadLayout.Size(26, 36), DataType.FLOAT32);
        assertEquals(new LaunchGeometry(1, 7, 2, 32, 4), SemanticInferenceProgram.geometry(quads, Form.LABELS, 4, quads.network()));
        HeadLayout wide = Layouts.head(1, 3, 19, new HeadLayout.Size(7, 32), new HeadLayout.Size(26, 128), DataType.FLOAT32);
        // 32 columns make 33 quads.
        assertEquals(new LaunchGeometry(2, 7, 1, 32, 4), SemanticInferenceProgram.geometry(wide, Form.LABELS, 4, wide.network()));
        HeadLayout odd = Layouts.head(1, 3, 19, QUARTER, new HeadLayout.Size(26, 129), DataType.FLOAT32);
        assertEquals(new LaunchGeometry(2, 7, 1, 32, 4), SemanticInferenceProgram.geometry(odd, Form.LABELS, 4, odd.network()));
    }

    @Test
    void warpsOfTheMatrixUnitsCoverThePictureFromBeforeItsBeginning() {
        HeadLayout layout = Layouts.head(2, 9, 19, new HeadLayout.Size(5, 7), new HeadLayout.Size(20, 28), DataType.FLOAT32);
        // 8 quads across; rows in ones, twos, and fours from 2 above the picture on, for four warps.
        assertEquals(new LaunchGeometry(1, 5, 2, 32, 4), QuadProgram.geometry(layout, new QuadProgram.Tuning(1, 1)));
        assertEquals(new LaunchGeometry(1, 3, 2, 32, 4), QuadProgram.geometry(layout, new QuadProgram.Tuning(2, 1)));
        assertEquals(new LaunchGeometry(1, 2, 2, 32, 4), QuadProgram.geometry(layout, new QuadProgram.Tuning(4, 1)));
        assertEquals(3, QuadProgram.tiles(layout));
        assertEquals(false,
                QuadProgram.takes(Layouts.head(1, 1, 1, new HeadLayout.Size(5, 7), new HeadLayout.Size(20, 29), DataType.FLOAT32)));
    }

    @Test
    void classesAreSharedOutEvenlyAmongWalks() {
        for (int classes = 1; classes <= 1000; classes++) {
            HeadLayout layout = Layouts.head(1, 1, classes, QUARTER, QUARTER, DataType.FLOAT32);
            assertEquals(true, layout.chunk() <= 20 && layout.walks() * layout.chunk() >= classes);
            assertEquals(true, (layout.walks() - 1) * layout.chunk() < classes, "a walk without a class at " + classes);
            assertEquals(classes > 256 ? DataType.INT32 : DataType.UINT8, layout.labelType());
        }
    }

    @Test
    void fourPixelsAtOnceOnlyWhereRowsAllowIt() {
        PixelsLayout even = Layouts.pixels(2, 5, 8, DataType.FLOAT32, PixelsLayout.Order.PLANES);
        PixelsLayout odd = Layouts.pixels(2, 500, 7, DataType.FLOAT32, PixelsLayout.Order.PLANES);
        assertEquals(new LaunchGeometry(1, 2, 1, 256, 1), PixelsKernel.geometry(even));
        assertEquals(new LaunchGeometry(14, 2, 1, 256, 1), PixelsKernel.geometry(odd));
        assertEquals("4", PixelsKernel.source(even).macros().get("PIXELS"));
        assertEquals("1", PixelsKernel.source(odd).macros().get("PIXELS"));
    }

    @Test
    void argumentsLieAsACompilerLaysThem() {
        byte[] bytes = new KernelArguments().int32(7).address(0x1122334455667788L).float32(1.5f).toBytes();
        ByteBuffer view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(24, bytes.length);
        assertEquals(7, view.getInt(0));
        assertEquals(0x1122334455667788L, view.getLong(8));
        assertEquals(1.5f, view.getFloat(16));
    }
}
