package dev.maskforge.cli;

import dev.maskforge.GraphForm;
import dev.maskforge.ModelFile;
import dev.maskforge.ModelOptions;
import dev.maskforge.engine.GraphHash;
import dev.maskforge.graph.Graph;
import dev.maskforge.models.Output;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.rewrite.Optimisation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

/// The graphs of the small models, as authored and after each pipeline, node by node and weight by weight what they were: a
/// refactoring that was to change nothing did change nothing.
class ProcessReplayTest {
    private static final String RENEW = "maskforge.renew";
    private static final Path HASHES = Path.of(System.getProperty("maskforge.fixtures"))
            .resolve("../../cli/src/test/resources/dev/maskforge/cli/graph-hashes.txt").normalize();
    private static final Lowering LOWERING = new Lowering(Set.of(), Lowering.DeformableAttention.GRID_SAMPLE);
    private static final List<String> MODELS = List.of("maskformer-r50", "maskformer-encoder-r50", "maskformer-panoptic-swin-w7",
            "mask2former-r50", "mask2former-swin-w7");

    @Test
    void graphsAreWhatTheyWere() throws IOException {
        List<String> now = new ArrayList<>();
        for (String model : MODELS) {
            try (ModelFile file = ModelFile.open(Small.checkpoint(model), ModelOptions.none())) {
                Graph authored = file.graph(file.freeInput(), Output.RAW);
                now.add(line(model, "authored", authored));
                now.add(line(model, "fewer-operations", optimised(authored, Optimisation.fewerOperations())));
                now.add(line(model, "fewest-products", optimised(authored, Optimisation.fewestProducts())));
            }
        }
        if (Boolean.getBoolean(RENEW)) {
            Files.write(HASHES, now);
        }
        assertEquals(String.join("\n", Files.readAllLines(HASHES)), String.join("\n", now),
                "emitted graphs differ from what they were; if that is meant, renew " + HASHES.getFileName() + " and commit it: "
                        + "mvn verify -pl cli -am -Dtest=ProcessReplayTest -Dsurefire.failIfNoSpecifiedTests=false -D" + RENEW + "=true");
    }

    private static Graph optimised(Graph authored, Optimisation optimisation) {
        return GraphForm.OPTIMISED.pipeline(optimisation, LOWERING).run(authored).graph();
    }

    private static String line(String model, String pipeline, Graph graph) {
        return model + " " + pipeline + " " + graph.nodes().size() + " nodes " + GraphHash.of(graph);
    }
}
