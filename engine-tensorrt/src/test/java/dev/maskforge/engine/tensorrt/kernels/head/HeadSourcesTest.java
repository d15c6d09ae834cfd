package dev.maskforge.engine.tensorrt.kernels.head;

import dev.maskforge.engine.tensorrt.kernels.Compilations;
import dev.maskforge.engine.tensorrt.kernels.KernelSource;
import dev.maskforge.engine.tensorrt.kernels.head.SemanticInferenceProgram.Form;
import dev.maskforge.graph.DataType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Every form, compiled for the oldest and the newest architecture that are of interest.
@Timeout(300)
class HeadSourcesTest {
    @Test
    void compilesTheHead() {
        List<KernelSource> sources = new ArrayList<>();
        List<KernelSource> quads = new ArrayList<>();
        HeadLayout.Size odd = new HeadLayout.Size(5, 7);
        for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT16)) {
            for (Form form : Form.values()) {
                sources.add(head(HeadLayouts.cityscapes(64, 96, type), form));
                sources.add(head(new HeadLayout(2, 3, 300, odd, new HeadLayout.Size(11, 13), type), form));
            }
            quads.add(quads(HeadLayouts.cityscapes(64, 96, type), 1));
            quads.add(quads(HeadLayouts.cityscapes(64, 96, type), 2));
            quads.add(quads(new HeadLayout(2, 3, 300, odd, new HeadLayout.Size(20, 28), type), 4));
        }
        sources.add(PictureHeadKernel.scoreLabels(HeadLayouts.cityscapes(64, 96, DataType.FLOAT32)));
        Compilations.requireMachineCode(sources, 75, 80, 90);
        Compilations.requireMachineCode(quads, 80, 90);
    }

    private static KernelSource quads(HeadLayout layout, int rows) {
        return QuadProgram.source(layout, new QuadProgram.Tuning(rows, 3));
    }

    private static KernelSource head(HeadLayout layout, Form form) {
        return SemanticInferenceProgram.source(layout, form, SemanticInferenceProgram.Tuning.standard(form));
    }
}
