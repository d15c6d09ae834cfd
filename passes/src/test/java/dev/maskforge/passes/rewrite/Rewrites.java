package dev.maskforge.passes.rewrite;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.text.GraphText;
import dev.maskforge.passes.Graphs;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.Pipeline;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// What rewrites make of graphs in text: how they look afterwards, and that they compute the same.
final class Rewrites {
    /// Each product or sum may be rounded at another place: a few times 6e-8 of the largest number.
    static final double TOLERANCE = 2e-6;

    private Rewrites() {
    }

    static Graph applied(String text, Pass... passes) {
        return Pipeline.of(passes).run(GraphText.parse(text)).graph();
    }

    /// As text, without the elements of constants, whose rounding is no matter of form.
    static String form(Graph graph) {
        return GraphText.print(graph).replaceAll("(?m)^(  [^=(]+: [a-z0-9]+\\[[^]]*]) = .*$", "$1");
    }

    static void assertBecomes(String after, String before, Pass... passes) {
        assertEquals(after, form(applied(before, passes)));
    }

    /// The same numbers come out of the rewritten graph, for each of the sizes of its symbols.
    static void assertComputesTheSame(String text, double tolerance, List<Map<String, Long>> sizes, Pass... passes) {
        Graph before = GraphText.parse(text);
        Graph after = applied(text, passes);
        for (Map<String, Long> each : sizes) {
            double error = Graphs.difference(before, after, Graphs.numbers(before, each, 1, 1));
            System.out.printf("%s, %s: largest relative error %.1e%n", passes[0].name(), each, error);
            assertTrue(error <= tolerance, () -> "differs by " + error);
        }
    }

    static void assertStays(String text, Pass pass) {
        assertRefuses(text, pass, List.of());
    }

    /// Nothing changes, and the pass says why.
    static void assertRefuses(String text, Pass pass, List<String> reasons) {
        Graph graph = GraphText.parse(text);
        Pass.Outcome outcome = pass.apply(graph);
        assertSame(graph, outcome.graph());
        assertEquals(0, outcome.matches());
        assertEquals(reasons, outcome.refusals().stream().map(Pass.Refusal::reason).toList());
    }
}
