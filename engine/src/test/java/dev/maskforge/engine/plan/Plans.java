package dev.maskforge.engine.plan;

import dev.maskforge.engine.BuildOptions;
import dev.maskforge.engine.BuildProfile;
import dev.maskforge.engine.BuildProfile.Range;
import dev.maskforge.engine.BuildProgress;
import dev.maskforge.engine.Fault;
import dev.maskforge.engine.GraphHash;
import dev.maskforge.engine.PlanCompiler.Compiled;
import dev.maskforge.engine.ReferenceEngineProvider;
import dev.maskforge.engine.StandInProvider;
import dev.maskforge.engine.ToyNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// Plans of a toy network by the stand-in.
final class Plans {
    static final String TOOL = "maskforge 0.1.0";
    static final StandInProvider PROVIDER = new StandInProvider(new ReferenceEngineProvider(), Fault.NONE);
    static final BuildOptions OPTIONS = BuildOptions
            .standard(new BuildProfile(new Range(1, 1, 4), Range.fixed(32), Range.fixed(96))).withThreads(1);

    private Plans() {
    }

    static PlanSource source() {
        return new PlanSource(TOOL, GraphHash.of(ToyNetwork.labels()), OPTIONS);
    }

    /// Writes a plan and what lies beside it.
    static PlanRecord write(Path plan) throws IOException {
        Path finished = plan.resolveSibling("finished.tmp");
        Compiled compiled = PROVIDER.compile(ToyNetwork.labels(), OPTIONS, BuildProgress.NONE, finished);
        PlanRecord record = record(compiled, Files.size(finished), GraphHash.of(finished));
        PlanFile.put(finished, plan, record);
        return record;
    }

    private static PlanRecord record(Compiled compiled, long bytes, String sha256) {
        SequencedMap<String, String> metadata = new LinkedHashMap<>();
        metadata.put("maskforge.class_names", "road\nsky\n\"quoted\" \u00fc");
        CheckFigures.Part part = new CheckFigures.Part("labels", 4, 3072, 3071, 3000, 3000, 3, Optional.of(1.0), List.of());
        CheckFigures.Part raw = new CheckFigures.Part("raw outputs", 1, 3072, 3071, 0, 0, 3, Optional.empty(),
                List.of(new CheckFigures.OutputFigures("pred_masks", Optional.of(1e-6), Optional.empty())));
        return new PlanRecord(PlanRecord.VERSION, TOOL, "2026-11-26T08:15:00Z", StandInProvider.NAME, PROVIDER.target(),
                GraphHash.of(ToyNetwork.labels()), OPTIONS, PortTypes.print(ToyNetwork.labels(), ToyNetwork.labels().inputs()),
                PortTypes.print(ToyNetwork.labels(), ToyNetwork.labels().outputs()), compiled.facts(), metadata,
                new CheckFigures("passed", 0.9999, 4, List.of(raw, part), List.of()), bytes, sha256);
    }
}
