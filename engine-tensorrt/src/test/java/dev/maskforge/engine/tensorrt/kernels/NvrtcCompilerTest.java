package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.Architecture;
import dev.maskforge.engine.tensorrt.kernels.DeformableAttentionLayout.Level;
import dev.maskforge.engine.tensorrt.kernels.SemanticInferenceProgram.Form;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/// Every kernel in every form, compiled for the oldest and the newest architecture that are of interest.
@Timeout(300)
class NvrtcCompilerTest {
    private static NvrtcCompiler compiler() {
        assumeTrue(NvrtcLibrary.find().isPresent(),
                "not run: libnvrtc is not here; put its folder into LD_LIBRARY_PATH or its path into -D" + NvrtcLibrary.PROPERTY);
        return NvrtcCompiler.open();
    }

    static List<KernelSource> sources() {
        List<KernelSource> sources = new ArrayList<>();
        List<Level> levels = List.of(new Level(1, 1), new Level(3, 5));
        for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT16)) {
            sources.add(attention(Layouts.pixelDecoder(64, 96, type, DataType.FLOAT32)));
            sources.add(attention(Layouts.pixelDecoder(64, 96, type, DataType.FLOAT16)));
            sources.add(attention(DeformableAttentionLayout.of(2, 3, 5, 3, levels, type, type)));
            sources.add(attention(DeformableAttentionLayout.of(2, 3, 264, 1, levels, type, type)));
            for (int keys : new int[]{77, 512, 8192}) {
                AttentionLayout many = new AttentionLayout(2, 8, 32, 100, keys, keys != 512, type);
                sources.add(AttentionKernel.source(many, AttentionTile.standard(many)));
            }
            for (int channels : new int[]{16, 48, 64}) {
                AttentionLayout wide = new AttentionLayout(1, 3, channels, 200, 2048, true, type);
                sources.add(AttentionKernel.source(wide, AttentionTile.standard(wide)));
            }
            for (Form form : Form.values()) {
                sources.add(head(Layouts.cityscapes(64, 96, type), form));
                sources.add(head(Layouts.head(2, 3, 300, new HeadLayout.Size(5, 7), new HeadLayout.Size(11, 13), type), form));
            }
            sources.add(quads(Layouts.cityscapes(64, 96, type), 1));
            sources.add(quads(Layouts.cityscapes(64, 96, type), 2));
            sources.add(quads(Layouts.head(2, 3, 300, new HeadLayout.Size(5, 7), new HeadLayout.Size(20, 28), type), 4));
            for (PixelsLayout.Order order : PixelsLayout.Order.values()) {
                sources.add(PixelsKernel.source(Layouts.pixels(2, 5, 7, type, order)));
                sources.add(PixelsKernel.source(Layouts.pixels(2, 5, 8, type, order)));
            }
        }
        sources.add(PictureHeadKernel.scoreLabels(Layouts.cityscapes(64, 96, DataType.FLOAT32)));
        return sources;
    }

    private static KernelSource attention(DeformableAttentionLayout layout) {
        return DeformableAttentionKernel.source(layout, DeformableAttentionTile.standard(layout));
    }

    private static KernelSource quads(HeadLayout layout, int rows) {
        return QuadProgram.source(layout, new QuadProgram.Tuning(rows, 3));
    }

    private static KernelSource head(HeadLayout layout, Form form) {
        return SemanticInferenceProgram.source(layout, form, SemanticInferenceProgram.Tuning.standard(form));
    }

    @Test
    void compilesEveryKernel() {
        NvrtcCompiler compiler = compiler();
        List<KernelSource> sources = sources();
        long bytes = 0;
        for (KernelSource source : sources) {
            for (int architecture : new int[]{80, 90}) {
                byte[] image = compiler.compile(source, new Architecture(architecture));
                assertTrue(image.length > 100 && image[1] == 'E' && image[2] == 'L' && image[3] == 'F', source + " is no machine code");
                bytes += image.length;
            }
        }
        System.out.println(compiler.version() + ": " + sources.size() + " kernels for sm_80 and sm_90, " + bytes / 1024 + " KiB");
    }

    /// The file refuses another number of bytes of shared memory than launches ask for.
    @Test
    void compilesTheKernelOfQueries() {
        NvrtcCompiler compiler = compiler();
        for (DataType type : List.of(DataType.FLOAT16, DataType.FLOAT32)) {
            for (QueryLayout layout : List.of(new QueryLayout(100, 256, 2048, 32, type), new QueryLayout(50, 128, 512, 16, type),
                    new QueryLayout(128, 192, 1536, 64, type), new QueryLayout(1, 64, 1024, 64, type))) {
                byte[] image = compiler.compile(layout.source(), new Architecture(90));
                assertTrue(image.length > 100 && image[1] == 'E', layout + " is no machine code");
            }
        }
    }

    /// A Relu of NaN is NaN, which a maximum of it and 0 is only if it is told to be.
    @Test
    void reluOfQueriesKeepsWhatIsNoNumber() {
        NvrtcCompiler compiler = compiler();
        Pattern zero = Pattern.compile("mov\\.f32\\s+(%f\\d+), 0f00000000;");
        Pattern maximum = Pattern.compile("max(\\.\\w+)*\\.f32\\s+%f\\d+, %f\\d+, (%f\\d+|0f00000000);");
        for (DataType type : List.of(DataType.FLOAT16, DataType.FLOAT32)) {
            KernelSource source = new QueryLayout(100, 256, 2048, 32, type).source();
            String ptx = new String(compiler.compile(source, new Architecture(990)), StandardCharsets.US_ASCII);
            Set<String> zeros = zero.matcher(ptx).results().map(found -> found.group(1)).collect(Collectors.toSet());
            zeros.add("0f00000000");
            List<String> withZero = maximum.matcher(ptx).results().filter(found -> zeros.contains(found.group(2))).map(MatchResult::group)
                    .toList();
            assertTrue(!withZero.isEmpty() && withZero.stream().allMatch(line -> line.startsWith("max.NaN.f32")),
                    type + ": " + withZero);
        }
    }

    @Test
    void compilesGroupNormalization() {
        NvrtcCompiler compiler = compiler();
        for (DataType type : List.of(DataType.FLOAT16, DataType.FLOAT32)) {
            for (GroupNormalizationGraphs sizes : List.of(new GroupNormalizationGraphs(1, 256, 32, 8, 16, type),
                    new GroupNormalizationGraphs(2, 96, 3, 5, 1, type), new GroupNormalizationGraphs(2, 32, 32, 7, 9, type))) {
                for (Graph graph : sizes.all()) {
                    KernelSource source = GroupNormalizationLayout.of(GroupNormalizationProgram.of(graph), Map.of()).source();
                    for (int architecture : new int[]{80, 90}) {
                        byte[] image = compiler.compile(source, new Architecture(architecture));
                        assertTrue(image.length > 100 && image[1] == 'E', source + " is no machine code");
                    }
                }
            }
        }
    }

    @Test
    void givesPtxForWhatIsNewerThanItself() {
        byte[] image = compiler().compile(sources().getLast(), new Architecture(990));
        assertTrue(new String(image, StandardCharsets.US_ASCII).contains(".target"), "no PTX");
    }

    @Test
    void saysInOneLineWhatIsWrong() {
        NvrtcCompiler compiler = compiler();
        KernelSource wrong = PictureHeadKernel.scoreLabels(Layouts.cityscapes(64, 96, DataType.FLOAT32)).with("LABEL", "no_such_type");
        EngineException refusal = assertThrows(EngineException.class, () -> compiler.compile(wrong, new Architecture(90)));
        assertEquals(1, String.valueOf(refusal.getMessage()).lines().count(), String.valueOf(refusal.getMessage()));
        assertTrue(
                String.valueOf(refusal.getMessage()).contains("score_labels.cu(")
                        && String.valueOf(refusal.getMessage()).contains("no_such_type"),
                String.valueOf(refusal.getMessage()));
    }

    @Test
    void refusesWhatIsTooOld() {
        NvrtcCompiler compiler = compiler();
        EngineException refusal = assertThrows(EngineException.class, () -> compiler.compile(sources().getFirst(), new Architecture(75)));
        assertTrue(String.valueOf(refusal.getMessage()).contains("8.0"), String.valueOf(refusal.getMessage()));
    }
}
