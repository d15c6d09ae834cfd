package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.tensorrt.cuda.Cuda;
import dev.maskforge.engine.tensorrt.kernels.DeformableAttentionLayout.Level;
import dev.maskforge.engine.tensorrt.kernels.DeformableAttentionLayout.Rows;
import dev.maskforge.engine.tensorrt.kernels.PictureHeadKernel.Resized;
import dev.maskforge.graph.DataType;
import java.util.ArrayList;
import java.util.List;

/// Every kernel at awkward and at real sizes; references are computed aside from the start.
final class KernelChecks {
    /// Positions of float32 are exact to 1e-5 pixels at 256 of them, and neighbouring values differ by several times their
    /// deviation.
    private static final double FLOAT_TOLERANCE = 5e-5;
    /// Half a unit in the last place of float16, relative to the largest value, beside that.
    private static final double HALF_TOLERANCE = 6e-4;

    /// Scores of some ten are exact to 1e-6, and so are the logarithms of their weights.
    private static final double FLOAT_ATTENTION_TOLERANCE = 1e-5;
    /// Half a unit in the last place of the result, and as much of the weights, whose errors average out.
    private static final double HALF_ATTENTION_TOLERANCE = 1e-3;

    /// Factors of eleven bits, as TF32 has them, and values that are rounded to float16 between some ten steps that follow each other:
    /// a single step was within 7e-4 of the largest value.
    private static final double QUERIES_TOLERANCE = 1e-2;

    private final List<AttentionCheck> attentions = new ArrayList<>();
    private final List<MaskedAttentionCheck> maskedAttentions = new ArrayList<>();
    private final List<HeadCheck> heads = new ArrayList<>();
    private final List<HeadCheck> pictures = new ArrayList<>();
    private final List<PixelsCheck> pixels = new ArrayList<>();
    private final List<QueriesCheck> queries = new ArrayList<>();
    private final List<GroupNormalizationCheck> normalizations = new ArrayList<>();

    private KernelChecks() {
    }

    /// Sizes that no tile, vector or block divides, and several pictures.
    static KernelChecks awkward() {
        KernelChecks checks = new KernelChecks();
        checks.addAwkwardAttentions();
        checks.addAwkwardMaskedAttentions();
        checks.addAwkwardHeads();
        for (PixelsLayout.Order order : PixelsLayout.Order.values()) {
            for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT16)) {
                checks.pixels.add(new PixelsCheck(Layouts.pixels(3, 37, 53, type, order)));
                checks.pixels.add(new PixelsCheck(Layouts.pixels(2, 70, 256, type, order)));
            }
        }
        return checks;
    }

    /// Only queries: of few rows and many, of several pictures, with every number of channels, and as networks have them.
    static KernelChecks queries() {
        KernelChecks checks = new KernelChecks();
        for (DataType type : List.of(DataType.FLOAT16, DataType.FLOAT32)) {
            checks.queries.addAll(QueriesCheck.of(new QueryGraphs(1, 100, 256, 2048, 8, type), 2000));
            checks.queries.addAll(QueriesCheck.of(new QueryGraphs(2, 1, 64, 512, 4, type), 2001));
            checks.queries.addAll(QueriesCheck.of(new QueryGraphs(3, 50, 128, 512, 8, type), 2002));
            checks.queries.addAll(QueriesCheck.of(new QueryGraphs(2, 128, 192, 1536, 3, type), 2003));
            checks.queries.addAll(QueriesCheck.of(new QueryGraphs(2, 17, 256, 1024, 4, type), 2004));
        }
        return checks;
    }

    /// Only group normalisation: of groups of 1 to 32 channels, of a pixel and of many, of several pictures, and as networks have it.
    static KernelChecks groupNormalization() {
        KernelChecks checks = new KernelChecks();
        for (DataType type : List.of(DataType.FLOAT16, DataType.FLOAT32)) {
            checks.normalizations.addAll(GroupNormalizationCheck.of(new GroupNormalizationGraphs(1, 256, 32, 64, 128, type), 3000));
            checks.normalizations.addAll(GroupNormalizationCheck.of(new GroupNormalizationGraphs(3, 128, 32, 13, 27, type), 3001));
            checks.normalizations.addAll(GroupNormalizationCheck.of(new GroupNormalizationGraphs(2, 96, 3, 5, 1, type), 3002));
            checks.normalizations.addAll(GroupNormalizationCheck.of(new GroupNormalizationGraphs(2, 32, 32, 7, 9, type), 3003));
            checks.normalizations.addAll(GroupNormalizationCheck.of(new GroupNormalizationGraphs(1, 1024, 64, 2, 3, type), 3004));
        }
        return checks;
    }

    /// Those, and networks' own.
    static KernelChecks all() {
        KernelChecks checks = awkward();
        checks.heads.add(HeadCheck.of(Layouts.cityscapes(1024, 2048, DataType.FLOAT32), 100, List.of()));
        checks.heads.add(HeadCheck.of(Layouts.cityscapes(512, 1024, DataType.FLOAT16), 101, List.of()));
        checks.maskedAttention(new AttentionLayout(1, 8, 32, 100, 8192, true, DataType.FLOAT32));
        checks.maskedAttention(new AttentionLayout(1, 8, 32, 100, 8192, true, DataType.FLOAT16));
        checks.maskedAttention(new AttentionLayout(1, 8, 32, 100, 32768, true, DataType.FLOAT16));
        checks.attention(Layouts.pixelDecoder(128, 256, DataType.FLOAT16, DataType.FLOAT16));
        checks.attention(Layouts.pixelDecoder(512, 1024, DataType.FLOAT32, DataType.FLOAT32));
        checks.attention(Layouts.pixelDecoder(1024, 2048, DataType.FLOAT16, DataType.FLOAT32));
        return checks;
    }

    private void addAwkwardAttentions() {
        List<Level> odd = List.of(new Level(1, 1), new Level(3, 5), new Level(4, 7));
        List<Level> oddPyramid = List.of(new Level(5, 7), new Level(9, 13), new Level(17, 26));
        attention(DeformableAttentionLayout.of(2, 3, 5, 3, odd, DataType.FLOAT32, DataType.FLOAT32));
        attention(DeformableAttentionLayout.of(3, 8, 32, 4, oddPyramid, DataType.FLOAT32, DataType.FLOAT32));
        attention(DeformableAttentionLayout.of(3, 8, 32, 4, oddPyramid, DataType.FLOAT16, DataType.FLOAT32));
        attention(DeformableAttentionLayout.of(2, 2, 264, 1, odd, DataType.FLOAT32, DataType.FLOAT16));
        attention(DeformableAttentionLayout.of(2, 5, 24, 7, oddPyramid, DataType.FLOAT16, DataType.FLOAT16));
        Rows merged = new Rows(DataType.FLOAT16, 544);
        attention(new DeformableAttentionLayout(2, 8, 32, 4, oddPyramid, merged, merged, merged));
    }

    private void attention(DeformableAttentionLayout layout) {
        attentions.add(AttentionCheck.of(layout, attentions.size()));
    }

    private void addAwkwardMaskedAttentions() {
        for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT16)) {
            for (int keys : new int[]{1, 77, 512, 600, 2048, 3001}) {
                maskedAttention(new AttentionLayout(2, 3, 32, 37, keys, true, type));
            }
            maskedAttention(new AttentionLayout(2, 8, 32, 100, 512, false, type));
            maskedAttention(new AttentionLayout(1, 8, 32, 100, 1000, false, type));
            for (int channels : new int[]{16, 48, 64}) {
                maskedAttention(new AttentionLayout(3, 2, channels, 130, 200, true, type));
                maskedAttention(new AttentionLayout(1, 4, channels, 130, 1300, true, type));
            }
        }
    }

    private void maskedAttention(AttentionLayout layout) {
        maskedAttentions.add(MaskedAttentionCheck.of(layout, 1000 + 10L * maskedAttentions.size()));
    }

    private void addAwkwardHeads() {
        HeadLayout.Size odd = new HeadLayout.Size(5, 7);
        heads.add(HeadCheck.of(Layouts.head(2, 5, 3, odd, new HeadLayout.Size(20, 28), DataType.FLOAT32), 102, List.of()));
        heads.add(HeadCheck.of(Layouts.head(2, 99, 150, new HeadLayout.Size(33, 65), new HeadLayout.Size(132, 260), DataType.FLOAT16), 109,
                List.of()));
        heads.add(HeadCheck.of(Layouts.head(3, 17, 300, odd, new HeadLayout.Size(20, 28), DataType.FLOAT32), 110, List.of()));
        heads.add(HeadCheck.of(Layouts.head(1, 8, 2, new HeadLayout.Size(1, 1), new HeadLayout.Size(4, 4), DataType.FLOAT32), 111,
                List.of()));
        heads.add(HeadCheck.of(Layouts.head(3, 200, 19, odd, new HeadLayout.Size(19, 27), DataType.FLOAT32), 103, List.of()));
        heads.add(HeadCheck.of(Layouts.head(2, 100, 150, new HeadLayout.Size(33, 65), new HeadLayout.Size(130, 260), DataType.FLOAT32), 104,
                List.of()));
        heads.add(HeadCheck.of(Layouts.head(1, 301, 847, odd, new HeadLayout.Size(21, 29), DataType.FLOAT16), 105, List.of()));
        heads.add(HeadCheck.of(Layouts.head(2, 1, 1, new HeadLayout.Size(1, 1), new HeadLayout.Size(3, 4), DataType.FLOAT32), 106,
                List.of()));
        HeadLayout.Size network = new HeadLayout.Size(64, 96);
        HeadLayout.Size quarter = new HeadLayout.Size(16, 24);
        List<HeadCheck.Picture> two = List.of(new HeadCheck.Picture(new HeadLayout.Size(61, 90), new HeadLayout.Size(123, 181)),
                new HeadCheck.Picture(new HeadLayout.Size(64, 37), new HeadLayout.Size(40, 23)));
        pictures.add(HeadCheck.of(Layouts.head(2, 100, 19, quarter, network, DataType.FLOAT32), 107, two));
        pictures.add(HeadCheck.of(Layouts.head(2, 100, 133, quarter, network, DataType.FLOAT16), 108, two));
    }

    /// Runs all and prints a line for each.
    ///
    /// @return what fell short
    List<String> run(KernelLoader loader, Cuda cuda, long stream) {
        List<String> failures = new ArrayList<>();
        for (PixelsCheck check : pixels) {
            int different = check.different(loader, cuda, stream);
            report(different == 0, "pixels, " + check.layout() + ": " + different + " elements differ", failures);
        }
        for (QueriesCheck check : queries) {
            double error = check.error(loader, cuda, stream);
            report(error <= QUERIES_TOLERANCE, "queries, " + check + ": largest relative error %.1e".formatted(error), failures);
        }
        for (AttentionCheck check : attentions) {
            double error = check.error(loader, cuda, stream, DeformableAttentionTile.standard(check.layout()));
            boolean half = check.layout().value().dataType() == DataType.FLOAT16;
            double tolerance = half ? HALF_TOLERANCE : FLOAT_TOLERANCE;
            report(error <= tolerance, "deformable attention, " + check + ": largest relative error %.1e".formatted(error), failures);
        }
        for (MaskedAttentionCheck check : maskedAttentions) {
            AttentionLayout layout = check.layout();
            for (AttentionTile tile : List.of(AttentionTile.standard(layout), AttentionTile.of(layout, 2, 2, 3),
                    AttentionTile.of(layout, 1, 4, 1))) {
                double error = check.error(loader, cuda, stream, tile);
                double tolerance = layout.dataType() == DataType.FLOAT16 ? HALF_ATTENTION_TOLERANCE : FLOAT_ATTENTION_TOLERANCE;
                report(error <= tolerance, "attention, " + layout + ", " + tile + ": largest relative error %.1e".formatted(error),
                        failures);
            }
        }
        for (GroupNormalizationCheck check : normalizations) {
            double error = check.error(loader, cuda, stream);
            double tolerance = check.sizes().type() == DataType.FLOAT16 ? HALF_TOLERANCE : FLOAT_TOLERANCE;
            report(error <= tolerance, "group normalisation, " + check + ": largest relative error %.1e".formatted(error), failures);
        }
        for (HeadCheck check : pictures) {
            for (Resized resized : Resized.values()) {
                report(check.pictureLabels(loader, cuda, stream, resized), "picture head, " + resized + " resized, " + check, failures);
            }
        }
        for (HeadCheck check : heads) {
            HeadLayout layout = check.layout();
            report(check.labels(cuda, stream, () -> HeadKernel.load(loader, layout)), "head, " + check, failures);
            if (QuadProgram.takes(layout)) {
                for (int rows : new int[]{1, 2, 4}) {
                    QuadProgram.Tuning tuning = new QuadProgram.Tuning(rows, 3);
                    report(check.labels(cuda, stream, () -> HeadKernel.load(loader, layout, tuning)), "head, " + tuning + ", " + check,
                            failures);
                }
                SemanticInferenceProgram.Tuning plain = SemanticInferenceProgram.Tuning.standard(SemanticInferenceProgram.Form.LABELS);
                report(check.labels(cuda, stream, () -> HeadKernel.load(loader, layout, plain)), "head without matrix units, " + check,
                        failures);
            }
        }
        return failures;
    }

    private static void report(HeadCheck.Result result, String what, List<String> failures) {
        report(result.unexplained() == 0, what + ": " + result, failures);
    }

    private static void report(boolean isFine, String line, List<String> failures) {
        System.out.println((isFine ? "ok   " : "WRONG ") + line);
        if (!isFine) {
            failures.add(line);
        }
    }
}
