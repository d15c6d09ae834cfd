package dev.maskforge.engine;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.Predicate;

/// A graph cut at the operations that an engine runs by kernels of its own; a runtime gets the segments between them.
///
/// The steps can be run one after the other. What they hand on are values of the graph, known by their names: a step takes
/// the graph's inputs and what earlier steps gave; a kernel takes the graph's constants too, while a segment carries those
/// that it needs. Nodes from which no output follows are in no step. An output that is an input or a constant of the graph
/// itself is given by no step.
///
/// There are as few segments as there can be: one more than the largest number of times that a way through the graph
/// leaves a segment for kernels and comes back. A node is in the first segment that it can be in, save those that follow
/// from no input: they are computed where they are first taken, so that they do not lie about before.
///
/// @param steps in an order in which they can run
public record Partition(List<Step> steps) {
    public Partition {
        steps = List.copyOf(steps);
    }

    /// One thing to be run.
    public sealed interface Step {
        /// What the runtime gets.
        ///
        /// @param graph its inputs are values that earlier steps or the graph's inputs give, and such of them as are
        ///              needed to tell the sizes of its symbols; its outputs are what later steps or the graph's outputs take
        record Segment(Graph graph) implements Step {}

        /// One node, run by the engine itself.
        ///
        /// @param inputs  types of the node's inputs, in order
        /// @param outputs types of the node's outputs, in order
        record Kernel(Node node, List<TensorType> inputs, List<TensorType> outputs) implements Step {
            public Kernel {
                inputs = List.copyOf(inputs);
                outputs = List.copyOf(outputs);
            }
        }
    }

    /// Cuts a graph.
    ///
    /// @param own the operations that become kernels
    public static Partition of(Graph graph, Predicate<Operation> own) {
        return ofNodes(graph, node -> own.test(node.operation()));
    }

    /// Cuts a graph.
    ///
    /// @param own the nodes that become kernels
    public static Partition ofNodes(Graph graph, Predicate<Node> own) {
        Stages stages = Stages.of(graph, own);
        List<String> tellers = tellers(graph, own);
        List<Step> steps = new ArrayList<>();
        for (List<Node> stage : stages.inOrder()) {
            if (own.test(stage.getFirst())) {
                stage.forEach(node -> steps.add(kernel(graph, node)));
            } else {
                steps.add(new Step.Segment(stages.nodeCount() == graph.nodes().size() && stage.size() == graph.nodes().size()
                        ? graph
                        : segment(graph, stage, stages, tellers)));
            }
        }
        return new Partition(steps);
    }

    private static Step.Kernel kernel(Graph graph, Node node) {
        return new Step.Kernel(node, node.inputs().stream().map(graph::type).toList(), node.outputs().stream().map(graph::type).toList());
    }

    /// The values from which segments may read the sizes of symbols, in the order in which they are preferred: inputs that a
    /// runtime surely takes; what kernels make of inputs alone, before any segment; other inputs.
    private static List<String> tellers(Graph graph, Predicate<Node> own) {
        List<String> tellers = new ArrayList<>(graph.inputs().stream().filter(name -> isFloatingPoint(graph, name)).toList());
        graph.nodes().stream().filter(node -> own.test(node) && isOfInputs(node, graph))
                .flatMap(node -> node.outputs().stream()).filter(name -> !name.isEmpty() && isFloatingPoint(graph, name))
                .forEach(tellers::add);
        graph.inputs().stream().filter(name -> !isFloatingPoint(graph, name)).forEach(tellers::add);
        return tellers;
    }

    private static boolean isFloatingPoint(Graph graph, String value) {
        return graph.type(value).dataType().isFloatingPoint();
    }

    private static boolean isOfInputs(Node node, Graph graph) {
        return node.inputs().stream().allMatch(name -> graph.inputs().contains(name) || graph.initializers().containsKey(name));
    }

    private static Graph segment(Graph graph, List<Node> nodes, Stages stages, List<String> tellers) {
        Set<String> given = new HashSet<>();
        SequencedSet<String> inputs = new LinkedHashSet<>();
        SequencedMap<String, Tensor> constants = new LinkedHashMap<>();
        SequencedSet<String> outputs = new LinkedHashSet<>();
        for (Node node : nodes) {
            for (String name : node.inputs()) {
                Tensor constant = graph.initializers().get(name);
                if (constant != null) {
                    constants.put(name, constant);
                } else if (!name.isEmpty() && !given.contains(name)) {
                    inputs.add(name);
                }
            }
            given.addAll(node.outputs());
            node.outputs().stream().filter(name -> graph.outputs().contains(name) || stages.leaves(name)).forEach(outputs::add);
        }
        addTellers(graph, nodes, tellers, inputs);
        Map<String, TensorType> types = new HashMap<>();
        inputs.forEach(name -> types.put(name, graph.type(name)));
        constants.forEach((name, tensor) -> types.put(name, tensor.type()));
        given.stream().filter(name -> !name.isEmpty()).forEach(name -> types.put(name, graph.type(name)));
        return new Graph(List.copyOf(inputs), List.copyOf(outputs), nodes, constants, types, graph.metadata());
    }

    /// Adds the values that tell the sizes of symbols which the segment's own inputs leave open: `[n, 21*h*w, c]`
    /// says neither h nor w.
    private static void addTellers(Graph graph, List<Node> nodes, List<String> tellers, SequencedSet<String> inputs) {
        SequencedSet<String> symbols = new LinkedHashSet<>();
        inputs.forEach(name -> addSymbols(graph.type(name), symbols));
        for (Node node : nodes) {
            node.operation().dimensions().forEach(dimension -> symbols.addAll(dimension.symbols()));
            node.outputs().stream().filter(name -> !name.isEmpty()).forEach(name -> addSymbols(graph.type(name), symbols));
        }
        for (String symbol : symbols) {
            if (inputs.stream().noneMatch(name -> tells(graph.type(name), symbol))) {
                tellers.stream().filter(name -> tells(graph.type(name), symbol)).findFirst().ifPresent(inputs::add);
            }
        }
    }

    private static void addSymbols(TensorType type, Set<String> symbols) {
        type.shape().dimensions().forEach(dimension -> symbols.addAll(dimension.symbols()));
    }

    /// Whether an axis is a constant factor times the symbol, as whoever reads sizes off shapes wants it.
    private static boolean tells(TensorType type, String symbol) {
        return type.shape().dimensions().stream().anyMatch(axis -> {
            Dimension factor = axis.with(Map.of(symbol, 1L));
            return factor.isConstant() && axis.equals(Dimension.symbol(symbol).times(factor));
        });
    }
}
