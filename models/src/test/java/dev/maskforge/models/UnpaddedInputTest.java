package dev.maskforge.models;

import dev.maskforge.graph.Graph;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

/// `SIZE_DIVISIBILITY: 0`: the network takes sizes as they come, and maps have the ceilings of their fractions.
class UnpaddedInputTest {
    @Test
    void mapsHaveTheCeilingsOfTheirFractions() {
        CheckpointModel model = Models.recognise(KeyList.read("mf-ade20k-sem-R50").weights());
        try (Arena arena = Arena.ofConfined()) {
            Graph graph = model.build(InputShape.unpadded(), Output.RAW, Normalisation.IMAGENET, arena).graph();
            assertEquals("float32[n, 3, height, width]", graph.type("image").toString());
            assertEquals("float32[n, 100, ceil((height)/4), ceil((width)/4)]", graph.type("pred_masks").toString());
            Graph labels = model.build(InputShape.unpadded(), Output.LABELS, Normalisation.IMAGENET, arena).graph();
            assertEquals("uint8[n, height, width]", labels.type("labels").toString());
            Graph pixels = model.build(Input.PIXELS, InputShape.unpadded(), Output.LABELS, Normalisation.IMAGENET, arena).graph();
            assertEquals("uint8[n, height, width, 3]", pixels.type("pixels").toString());
            assertEquals("int32[n, 2]", pixels.type("valid").toString());
            assertEquals(labels.type("labels"), pixels.type("labels"));
        }
    }
}
