package dev.maskforge.passes.rewrite;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.RemoveUnused;
import java.util.ArrayList;
import java.util.List;

/// A pattern and what stands in its place. Its root is the last node of the pattern; what is left without a use goes.
@FunctionalInterface
interface Rule {
    /// What becomes of a node with one output. New nodes lie in its scope.
    Verdict at(Node node, Site site);

    /// Goes through a graph once, in the order of its nodes.
    static Pass.Outcome apply(Graph graph, Rule rule) {
        return apply(new Site(graph), rule);
    }

    /// The same, where some constants stand for others already.
    static Pass.Outcome apply(Site site, Rule rule) {
        int matches = 0;
        List<Pass.Refusal> refusals = new ArrayList<>();
        for (Node node : site.graph().nodes()) {
            Verdict verdict = node.outputs().size() == 1
                    ? site.builder().within(Site.scope(node), () -> rule.at(node, site))
                    : Verdict.keep();
            switch (verdict) {
                case Verdict.Replace(Value value) when site.mayReplace(node, value) -> {
                    site.replace(node, value);
                    matches++;
                }
                case Verdict.Replace _ -> {
                    site.copy(node);
                    refusals.add(new Pass.Refusal(node.name(), "what stands for it is there already, and it is an output of the graph"));
                }
                case Verdict.Keep() -> site.copy(node);
                case Verdict.Refuse(String reason) -> {
                    site.copy(node);
                    refusals.add(new Pass.Refusal(node.name(), reason));
                }
            }
        }
        Graph changed = matches == 0 ? site.graph() : new RemoveUnused().apply(site.build()).graph();
        return new Pass.Outcome(changed, matches, refusals);
    }
}
