package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.tensorrt.cuda.Architecture;
import dev.maskforge.engine.tensorrt.cuda.Cuda;
import dev.maskforge.engine.tensorrt.cuda.DriverCuda;
import dev.maskforge.engine.tensorrt.cuda.DriverModules;
import dev.maskforge.engine.tensorrt.kernels.KernelBench;
import dev.maskforge.engine.tensorrt.kernels.KernelCache;
import dev.maskforge.engine.tensorrt.kernels.KernelCheck;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.kernels.NvrtcCompiler;
import dev.maskforge.engine.tensorrt.kernels.attention.AttentionCheck;
import dev.maskforge.engine.tensorrt.kernels.attention.AttentionKernel;
import dev.maskforge.engine.tensorrt.kernels.attention.AttentionTimes;
import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionCheck;
import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionTimes;
import dev.maskforge.engine.tensorrt.kernels.head.HeadCheck;
import dev.maskforge.engine.tensorrt.kernels.head.HeadTimes;
import dev.maskforge.engine.tensorrt.kernels.masks.MasksCheck;
import dev.maskforge.engine.tensorrt.kernels.masks.MasksKernel;
import dev.maskforge.engine.tensorrt.kernels.masks.MasksTimes;
import dev.maskforge.engine.tensorrt.kernels.normalization.GroupNormalizationCheck;
import dev.maskforge.engine.tensorrt.kernels.normalization.GroupNormalizationTimes;
import dev.maskforge.engine.tensorrt.kernels.pixels.PixelsCheck;
import dev.maskforge.engine.tensorrt.kernels.pixels.PixelsTimes;
import dev.maskforge.engine.tensorrt.kernels.queries.QueriesCheck;
import dev.maskforge.engine.tensorrt.kernels.queries.QueriesKernel;
import dev.maskforge.engine.tensorrt.kernels.queries.QueriesTimes;
import dev.maskforge.engine.tensorrt.kernels.stem.StemCheck;
import dev.maskforge.engine.tensorrt.kernels.stem.StemKernel;
import dev.maskforge.engine.tensorrt.kernels.stem.StemTimes;
import dev.maskforge.engine.tensorrt.kernels.tokens.TokensCheck;
import dev.maskforge.engine.tensorrt.kernels.tokens.TokensKernel;
import dev.maskforge.engine.tensorrt.kernels.tokens.TokensTimes;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Checks and times the kernels on the first GPU; docs/cuda-kernels.md has the command and what it gave.
///
/// Arguments: any of `small` (awkward sizes only, for compute-sanitizer), `check`, `queries` (only what computes with a decoder's
/// queries, checked and timed, which needs clusters of blocks: compute capability 9.0), `normalization` (only group normalisation,
/// checked and timed), `masks` (likewise, from compute capability 9.0 on), `tokens` (likewise, on 9.0 alone), `stem` (only stems,
/// likewise), `deformable` (only deformable attention, likewise), `time`, `tune`,
/// `attention` (only that of few queries over many keys, timed or, with `tune`, tuned); without any, `check` and `time`.
final class KernelsOnGpu {
    private KernelsOnGpu() {
    }

    public static void main(String[] arguments) throws IOException {
        Set<String> wanted = arguments.length == 0 ? Set.of("check", "time") : Set.copyOf(Arrays.asList(arguments));
        DriverCuda cuda = DriverCuda.open();
        cuda.useOnThisThread();
        NvrtcCompiler compiler = NvrtcCompiler.open();
        System.out.println(cuda.describe() + ", " + compiler.version() + ", Java " + Runtime.version());
        KernelLoader loader = new KernelLoader(new DriverModules(), compiler, new KernelCache(Files.createTempDirectory("kernels")));
        long stream = cuda.newStream();
        KernelBench bench = new KernelBench(loader, cuda, stream);
        List<String> failures = new ArrayList<>();
        if (wanted.contains("small")) {
            failures.addAll(run(awkward(loader.driver().architecture()), bench));
            if (MasksKernel.DEVICES.include(loader.driver().architecture())) {
                failures.addAll(run(MasksCheck.all(), bench));
            }
            if (TokensKernel.DEVICES.include(loader.driver().architecture())) {
                failures.addAll(run(TokensCheck.small(), bench));
            }
        }
        if (wanted.contains("check")) {
            failures.addAll(run(all(loader.driver().architecture()), bench));
        }
        if (wanted.contains("queries")) {
            failures.addAll(run(QueriesCheck.all(), bench));
            QueriesTimes.print(bench);
        }
        if (wanted.contains("normalization")) {
            failures.addAll(run(GroupNormalizationCheck.all(), bench));
            GroupNormalizationTimes.print(bench);
        }
        if (wanted.contains("masks")) {
            failures.addAll(run(MasksCheck.all(), bench));
            MasksTimes.print(bench);
        }
        if (wanted.contains("tokens")) {
            failures.addAll(run(TokensCheck.all(), bench));
            TokensTimes.print(bench);
        }
        if (wanted.contains("stem")) {
            failures.addAll(run(StemCheck.all(), bench));
            StemTimes.print(bench);
        }
        if (wanted.contains("deformable")) {
            failures.addAll(run(DeformableAttentionCheck.all(), bench));
            DeformableAttentionTimes.print(bench);
            DeformableAttentionTimes.printPositioned(bench);
        }
        if (wanted.contains("time")) {
            DeformableAttentionTimes.print(bench);
            DeformableAttentionTimes.printPositioned(bench);
            HeadTimes.print(bench);
            PixelsTimes.print(bench);
            AttentionTimes.print(bench);
        }
        if (wanted.contains("attention")) {
            if (wanted.contains("tune")) {
                AttentionTimes.tune(bench);
            } else {
                AttentionTimes.print(bench);
            }
        } else if (wanted.contains("tune")) {
            DeformableAttentionTimes.tune(bench);
            HeadTimes.tune(bench);
        }
        cuda.destroyStream(stream);
        System.out.println(failures.size() + " checks fell short");
    }

    /// Sizes that no tile, vector or block divides, and several pictures; references are computed aside from the start.
    private static List<KernelCheck> awkward(Architecture architecture) {
        return Stream.of(PixelsCheck.all(), DeformableAttentionCheck.awkward(), HeadCheck.awkward(), GroupNormalizationCheck.all(),
                AttentionKernel.DEVICES.include(architecture) ? AttentionCheck.awkward() : List.<KernelCheck>of(),
                StemKernel.DEVICES.include(architecture) ? StemCheck.awkward() : List.<KernelCheck>of())
                .flatMap(List::stream).toList();
    }

    /// Those, and networks' own.
    private static List<KernelCheck> all(Architecture architecture) {
        return Stream.of(PixelsCheck.all(), DeformableAttentionCheck.all(), HeadCheck.all(), GroupNormalizationCheck.all(),
                AttentionKernel.DEVICES.include(architecture) ? AttentionCheck.all() : List.<KernelCheck>of(),
                StemKernel.DEVICES.include(architecture) ? StemCheck.all() : List.<KernelCheck>of())
                .flatMap(List::stream).toList();
    }

    /// Runs all and prints a line for each.
    ///
    /// @return what fell short
    private static List<String> run(List<KernelCheck> checks, KernelBench bench) {
        List<String> failures = new ArrayList<>();
        checks.stream().flatMap(check -> check.findings(bench)).forEachOrdered(finding -> {
            System.out.println((finding.isRight() ? "ok   " : "WRONG ") + finding.line());
            if (!finding.isRight()) {
                failures.add(finding.line());
            }
        });
        return failures;
    }

    /// What fell short of the reference.
    static List<String> check(Cuda cuda, KernelLoader loader) {
        cuda.useOnThisThread();
        long stream = cuda.newStream();
        try {
            KernelBench bench = new KernelBench(loader, cuda, stream);
            List<String> failures = new ArrayList<>(run(all(loader.driver().architecture()), bench));
            if (QueriesKernel.DEVICES.include(loader.driver().architecture())) {
                failures.addAll(run(QueriesCheck.all(), bench));
            }
            if (MasksKernel.DEVICES.include(loader.driver().architecture())) {
                failures.addAll(run(MasksCheck.all(), bench));
            }
            if (TokensKernel.DEVICES.include(loader.driver().architecture())) {
                failures.addAll(run(TokensCheck.all(), bench));
            }
            return failures;
        } finally {
            cuda.destroyStream(stream);
        }
    }
}
