package dev.maskforge.cli;

import dev.maskforge.engine.BuildOptions;
import dev.maskforge.engine.BuildProfile;
import dev.maskforge.engine.BuildProfile.Range;
import dev.maskforge.engine.GraphHash;
import dev.maskforge.engine.PlanTarget;
import dev.maskforge.engine.Precision;
import dev.maskforge.engine.plan.CheckFigures;
import dev.maskforge.engine.plan.PlanFile;
import dev.maskforge.engine.plan.PlanRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// Files that are plans as far as one can tell without an engine: 1000 bytes, and what lies beside them.
final class SmallPlan {
    /// Of a thousand times the byte 7.
    static final String SHA_256 = "df1329c8b6c7cf3740bbe2f8bab34d253a8d9534a79dceea18177081fdf9f0e9";

    private SmallPlan() {
    }

    static Path write(Path plan) throws IOException {
        return write(plan, metadata(), new CheckFigures("passed", 0.999, 4, List.of(raw(), labels()), List.of()));
    }

    static Path write(Path plan, SequencedMap<String, String> metadata, CheckFigures check) throws IOException {
        byte[] bytes = new byte[1000];
        Arrays.fill(bytes, (byte) 7);
        Path finished = Files.write(plan.resolveSibling("finished.tmp"), bytes);
        PlanFile.put(finished, plan, record(metadata, check, bytes.length, GraphHash.of(finished)));
        return plan;
    }

    static CheckFigures.Part raw() {
        return new CheckFigures.Part("raw outputs", 1, 524_288, 524_000, 500_000, 500_000, 17, Optional.of(1.0),
                List.of(new CheckFigures.OutputFigures("pred_logits", Optional.of(0.0012), Optional.of(0.3)),
                        new CheckFigures.OutputFigures("pred_masks", Optional.empty(), Optional.empty())));
    }

    static CheckFigures.Part labels() {
        return new CheckFigures.Part("labels", 8, 4_194_304, 4_194_303, 0, 0, 17, Optional.empty(), List.of());
    }

    static SequencedMap<String, String> metadata() {
        return map("maskforge.version", "0.1.0", "maskforge.source", "model.pkl", "maskforge.architecture", "MaskFormer",
                "maskforge.backbone", "ResNet-50", "maskforge.task", "semantic", "maskforge.dataset", "cityscapes", "maskforge.classes",
                "3", "maskforge.class_names", "road\nsky\nup\u202edown", "maskforge.queries", "100");
    }

    static SequencedMap<String, String> map(String... pairs) {
        SequencedMap<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(pairs[i], pairs[i + 1]);
        }
        return map;
    }

    private static PlanRecord record(SequencedMap<String, String> metadata, CheckFigures check, long bytes, String sha256) {
        BuildOptions options = BuildOptions.standard(new BuildProfile(new Range(1, 1, 8), Range.fixed(512), Range.fixed(1024)))
                .withPrecision(Precision.FP16).withThreads(1).withSetting("lowering", "kernel");
        PlanTarget target = new PlanTarget(map("TensorRT", "10.6.0"), "NVIDIA H100", Optional.of("12.8"), Optional.of("9.0"));
        return new PlanRecord(PlanRecord.VERSION, "maskforge 0.1.0", "2026-11-26T08:15:00Z", "tensorrt", target, "0".repeat(64), options,
                map("pixels", "uint8[n, 512, 1024, 3]", "valid", "int32[n, 2]"), map("labels", "uint8[n, 512, 1024]"),
                map("lowering", "kernel", "kernels", "6 DeformableAttention"), metadata, check, bytes, sha256);
    }
}
