package dev.maskforge.passes.recognise;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.RemoveUnused;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Rules as a pass: the first that fits a node says what stands for it. What they leave behind goes with
/// [dev.maskforge.passes.RemoveUnused].
///
/// The nodes that replace `…/MatMul` lie in the scope `…/MatMul`.
///
/// @param name   of the pass
/// @param rules  in the order in which they are asked
/// @param rounds how often the graph is gone through at most, where one match makes way for the next
record RulePass(String name, List<Rule> rules, int rounds) implements Pass {
    RulePass {
        rules = List.copyOf(rules);
    }

    static Pass of(Rule rule) {
        return new RulePass(rule.name(), List.of(rule), 1);
    }

    @Override
    public Outcome apply(Graph graph) {
        Outcome outcome = once(graph);
        int matches = outcome.matches();
        for (int round = 1; round < rounds && outcome.matches() > 0; round++) {
            outcome = once(new RemoveUnused().apply(outcome.graph()).graph());
            matches += outcome.matches();
        }
        return new Outcome(outcome.graph(), matches, outcome.refusals());
    }

    private Outcome once(Graph graph) {
        Wiring wiring = new Wiring(graph);
        GraphBuilder builder = GraphBuilder.rewriting(graph);
        Map<String, Value> values = new HashMap<>();
        graph.inputs().forEach(name -> values.put(name, builder.value(name)));
        graph.initializers().keySet().forEach(name -> values.put(name, builder.value(name)));
        List<Refusal> refusals = new ArrayList<>();
        Set<String> known = new HashSet<>(values.keySet());
        int matches = 0;
        for (Node node : graph.nodes()) {
            List<Value> results = List.of();
            switch (find(node, wiring)) {
                case Finding.Nothing() -> {
                }
                case Finding.Declined(String reason) -> refusals.add(new Refusal(node.name(), reason));
                case Finding.Found(Finding.Rebuild rebuild) ->
                    results = builder.within(node.name(), () -> rebuild.build(name -> value(values, name), builder));
            }
            // An output of the graph must be a node's own, not another name for a value.
            if (results.isEmpty() || isOutput(graph, node) && results.stream().map(Value::name).anyMatch(known::contains)) {
                results = builder.copy(node, name -> value(values, name));
            } else {
                matches++;
            }
            for (int i = 0; i < results.size(); i++) {
                values.put(node.outputs().get(i), results.get(i));
                known.add(results.get(i).name());
            }
        }
        graph.outputs().forEach(name -> builder.output(name, value(values, name)));
        return new Outcome(matches == 0 ? graph : builder.build(), matches, refusals);
    }

    private Finding find(Node node, Wiring wiring) {
        Finding last = Finding.NOTHING;
        for (Rule rule : rules) {
            Finding finding = rule.find(node, wiring);
            if (finding instanceof Finding.Found) {
                return finding;
            }
            last = finding instanceof Finding.Declined ? finding : last;
        }
        return last;
    }

    private static boolean isOutput(Graph graph, Node node) {
        return node.outputs().stream().anyMatch(graph.outputs()::contains);
    }

    private static Value value(Map<String, Value> values, String name) {
        return Objects.requireNonNull(values.get(name), () -> "the graph has no value '" + name + "'");
    }
}
