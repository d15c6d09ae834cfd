package dev.maskforge.engine.tensorrt.kernels.head;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.Architecture;
import dev.maskforge.engine.tensorrt.cuda.LaunchGeometry;
import dev.maskforge.engine.tensorrt.kernels.head.SemanticInferenceProgram.Form;
import dev.maskforge.graph.DataType;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class HeadLayoutTest {
    private static final HeadLayout.Size QUARTER = new HeadLayout.Size(7, 9);

    @Test
    void quadsStartHalfwayIntoThePictureAndEndBeyondIt() {
        HeadLayout quads = new HeadLayout(2, 3, 19, QUARTER, new HeadLayout.Size(26, 36), DataType.FLOAT32);
        assertEquals(new LaunchGeometry(1, 7, 2, 32, 4), SemanticInferenceProgram.geometry(quads, Form.LABELS, 4, quads.network()));
        HeadLayout wide = new HeadLayout(1, 3, 19, new HeadLayout.Size(7, 32), new HeadLayout.Size(26, 128), DataType.FLOAT32);
        // 32 columns make 33 quads.
        assertEquals(new LaunchGeometry(2, 7, 1, 32, 4), SemanticInferenceProgram.geometry(wide, Form.LABELS, 4, wide.network()));
        HeadLayout odd = new HeadLayout(1, 3, 19, QUARTER, new HeadLayout.Size(26, 129), DataType.FLOAT32);
        assertEquals(new LaunchGeometry(2, 7, 1, 32, 4), SemanticInferenceProgram.geometry(odd, Form.LABELS, 4, odd.network()));
    }

    @Test
    void warpsOfTheMatrixUnitsCoverThePictureFromBeforeItsBeginning() {
        HeadLayout layout = new HeadLayout(2, 9, 19, new HeadLayout.Size(5, 7), new HeadLayout.Size(20, 28), DataType.FLOAT32);
        // 8 quads across; rows in ones, twos, and fours from 2 above the picture on, for four warps.
        assertEquals(new LaunchGeometry(1, 5, 2, 32, 4), QuadProgram.geometry(layout, new QuadProgram.Tuning(1, 1)));
        assertEquals(new LaunchGeometry(1, 3, 2, 32, 4), QuadProgram.geometry(layout, new QuadProgram.Tuning(2, 1)));
        assertEquals(new LaunchGeometry(1, 2, 2, 32, 4), QuadProgram.geometry(layout, new QuadProgram.Tuning(4, 1)));
        assertEquals(3, QuadProgram.tiles(layout));
        assertEquals(true, QuadProgram.takes(layout, Architecture.AMPERE));
        assertEquals(false, QuadProgram.takes(layout, Architecture.TURING));
        HeadLayout wider = new HeadLayout(1, 1, 1, new HeadLayout.Size(5, 7), new HeadLayout.Size(20, 29), DataType.FLOAT32);
        assertEquals(false, QuadProgram.takes(wider, Architecture.HOPPER));
    }

    @Test
    void classesAreSharedOutEvenlyAmongWalks() {
        for (int classes = 1; classes <= 1000; classes++) {
            HeadLayout layout = new HeadLayout(1, 1, classes, QUARTER, QUARTER, DataType.FLOAT32);
            assertEquals(true, layout.chunk() <= 20 && layout.walks() * layout.chunk() >= classes);
            assertEquals(true, (layout.walks() - 1) * layout.chunk() < classes, "a walk without a class at " + classes);
            assertEquals(classes > 256 ? DataType.INT32 : DataType.UINT8, layout.labelType());
        }
    }

    @Test
    void refusesWhatTheKernelDoesNotHold() {
        assertThrows(EngineException.class, () -> new HeadLayout(1, 1, 1, QUARTER, new HeadLayout.Size(6, 36), DataType.FLOAT32));
        HeadLayout.Size large = new HeadLayout.Size(40_000, 40_000);
        assertThrows(EngineException.class, () -> new HeadLayout(1, 1, 1, large, large, DataType.FLOAT32));
    }
}
