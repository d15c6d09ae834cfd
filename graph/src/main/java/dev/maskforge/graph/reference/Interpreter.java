package dev.maskforge.graph.reference;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.ShapeInference;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;

/// What every operation means, in plain loops: the control that engines are held against, and what folds constants.
///
/// Values are float32 as in PyTorch; sums (products of matrices, convolutions, statistics, softmax) run in double and are
/// rounded once, so that a difference from an engine is the engine's. Transcendental functions are Java's, rounded once.
/// Operations on float16 run in float32 and their result is rounded: an ideal half-precision unit that accumulates wide.
/// Values live in heap arrays and are let go after the last node that takes them. Safe for use by many threads.
public final class Interpreter {
    private Interpreter() {
    }

    /// Sees what each node gives as it is computed, in the order of its outputs, and may end the run by throwing.
    @FunctionalInterface
    public interface Observer {
        void computed(Node node, List<Tensor> outputs);
    }

    /// Runs a graph.
    ///
    /// @param inputs a tensor for each of the graph's inputs; their shapes tell the sizes of symbols
    /// @return a tensor for each output, in the graph's order; it owns its memory, or shares an input's or a constant's
    /// @throws IllegalArgumentException if an input is missing, unknown or of another type, or an operation cannot be
    ///                                  computed; the message names the input or the node
    public static SequencedMap<String, Tensor> run(Graph graph, Map<String, Tensor> inputs) {
        return run(graph, inputs, (_, _) -> {
        });
    }

    /// As [#run(Graph, Map)], with an observer.
    public static SequencedMap<String, Tensor> run(Graph graph, Map<String, Tensor> inputs, Observer observer) {
        return run(graph, inputs, InputSizes.solve(InputSizes.inputTypes(graph), inputs), observer);
    }

    private static SequencedMap<String, Tensor> run(Graph graph, Map<String, Tensor> inputs, Map<String, Long> sizes, Observer observer) {
        Map<String, Integer> lastUses = lastUses(graph);
        Map<String, Tensor> values = new HashMap<>(graph.initializers());
        values.putAll(inputs);
        for (int i = 0; i < graph.nodes().size(); i++) {
            Node node = graph.nodes().get(i);
            List<Tensor> results = evaluate(node, sizes, values);
            for (int output = 0; output < results.size(); output++) {
                values.put(node.outputs().get(output), results.get(output));
            }
            observer.computed(node, results);
            int now = i;
            Stream.concat(node.inputs().stream(), node.outputs().stream()).filter(name -> lastUses.getOrDefault(name, -1) == now)
                    .forEach(values::remove);
        }
        SequencedMap<String, Tensor> outputs = new LinkedHashMap<>();
        graph.outputs().forEach(name -> outputs.put(name, value(values, name, "output '" + name + "'")));
        return outputs;
    }

    /// By value, the index of the last node that takes it, or gives it if none does. Outputs are in use to the end and have none.
    private static Map<String, Integer> lastUses(Graph graph) {
        Map<String, Integer> lastUses = new HashMap<>();
        for (int i = 0; i < graph.nodes().size(); i++) {
            for (String output : graph.nodes().get(i).outputs()) {
                lastUses.put(output, i);
            }
            for (String input : graph.nodes().get(i).inputs()) {
                lastUses.put(input, i);
            }
        }
        graph.outputs().forEach(lastUses::remove);
        return lastUses;
    }

    private static List<Tensor> evaluate(Node node, Map<String, Long> sizes, Map<String, Tensor> values) {
        String where = "node '" + node.name() + "'";
        List<Tensor> inputs = node.inputs().stream().map(name -> value(values, name, where)).toList();
        try {
            return evaluateAll(Binding.bind(node.operation(), sizes), inputs);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(where + ": " + e.getMessage(), e);
        }
    }

    private static Tensor value(Map<String, Tensor> values, String name, String where) {
        Tensor tensor = values.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException(where + " takes '" + name + "', which nothing has computed");
        }
        return tensor;
    }

    /// Computes one operation that has one output. Its dimensions must be constant.
    ///
    /// @return the result, in memory of its own or (Reshape) the input's
    /// @throws IllegalArgumentException if the operation does not take such inputs, has no meaning here (Foreign), or gives
    ///                                  several values
    public static Tensor evaluate(Operation operation, List<Tensor> inputs) {
        List<Tensor> outputs = evaluateAll(operation, inputs);
        if (outputs.size() != 1) {
            throw new IllegalArgumentException(operation.type() + ": gives " + outputs.size() + " values, where one is wanted");
        }
        return outputs.getFirst();
    }

    private static List<Tensor> evaluateAll(Operation operation, List<Tensor> inputs) {
        if (operation instanceof Operation.Foreign(String domain, String type, _, _)) {
            throw new IllegalArgumentException("the reference interpreter does not know the operation "
                    + (domain.isEmpty() ? type : domain + "." + type) + "; run the graph on ONNX Runtime");
        }
        try {
            List<TensorType> types = inputs.stream().map(Tensor::type).toList();
            types.forEach(type -> Elements.count(type.shape()));
            List<TensorType> results = ShapeInference.infer(operation, types);
            results.forEach(type -> Elements.count(type.shape()));
            if (operation instanceof Operation.Subgraph(Graph graph)) {
                return subgraph(graph, inputs);
            }
            TensorType output = results.getFirst();
            if (isHalf(types) && !(operation instanceof Operation.Cast)) {
                List<Tensor> widened = inputs.stream().map(Interpreter::widened).toList();
                return List.of(Casts.cast(compute(operation, widened, output.shape()), output.dataType()));
            }
            return List.of(compute(operation, inputs, output.shape()));
        } catch (ArithmeticException | IllegalStateException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException(operation.type() + ": " + e.getMessage(), e);
        }
    }

    private static List<Tensor> subgraph(Graph graph, List<Tensor> inputs) {
        Map<String, Tensor> named = new HashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            named.put(graph.inputs().get(i), inputs.get(i));
        }
        return List.copyOf(run(graph, named, Map.of(), (_, _) -> {
        }).values());
    }

    private static boolean isHalf(List<TensorType> types) {
        return types.stream().anyMatch(type -> type.dataType() == DataType.FLOAT16);
    }

    private static Tensor widened(Tensor tensor) {
        return tensor.dataType() == DataType.FLOAT16 ? Casts.cast(tensor, DataType.FLOAT32) : tensor;
    }

    private static Tensor compute(Operation operation, List<Tensor> inputs, Shape shape) {
        return switch (operation) {
            case Operation.Unary(Operation.UnaryFunction function) -> Elementwise.unary(function, inputs.getFirst());
            case Operation.Binary(Operation.BinaryFunction function) ->
                Elementwise.binary(function, inputs.get(0), inputs.get(1), shape);
            case Operation.Where() -> Movement.where(inputs.get(0), inputs.get(1), inputs.get(2), shape);
            case Operation.Cast(var to) -> Casts.cast(inputs.getFirst(), to);
            case Operation.QuantizeLinear(int axis) -> Quantization.quantize(inputs, axis);
            case Operation.DequantizeLinear(int axis) -> Quantization.dequantize(inputs, axis);
            case Operation.MatMul() -> LinearAlgebra.matMul(inputs.get(0), inputs.get(1), shape);
            case Operation.Gemm(),Operation.Linear() -> LinearAlgebra.linear(inputs, shape);
            case Operation.Conv conv -> Windows.conv(conv, inputs, shape);
            case Operation.FusedConv fused -> Windows.fusedConv(fused, inputs, shape);
            case Operation.FeedForward() -> LinearAlgebra.feedForward(inputs);
            case Operation.MaxPool pool -> Windows.maxPool(pool, inputs.getFirst(), shape);
            case Operation.BatchNormalization(float epsilon) -> Normalization.batch(inputs, epsilon);
            case Operation.InstanceNormalization(float epsilon) ->
                Normalization.group(inputs, Math.toIntExact(shape.get(1).size()), epsilon);
            case Operation.GroupNormalization(int groups, float epsilon) -> Normalization.group(inputs, groups, epsilon);
            case Operation.LayerNormalization(float epsilon) -> Normalization.layer(inputs, epsilon);
            case Operation.Softmax(int axis) -> Reductions.softmax(inputs.getFirst(), axis);
            case Operation.Reduce reduce -> Reductions.reduce(reduce, inputs.getFirst(), shape);
            case Operation.ArgMax(int axis) -> Reductions.argMax(inputs.getFirst(), axis, shape);
            case Operation.Reshape _ -> inputs.getFirst().reshape(shape);
            case Operation.Transpose(List<Integer> permutation) -> Movement.transpose(inputs.getFirst(), permutation, shape);
            case Operation.Concat(int axis) -> Movement.concat(inputs, axis, shape);
            case Operation.Slice(int axis, var start, var end) ->
                Movement.slice(inputs.getFirst(), axis, start.size(), end.size(), shape);
            case Operation.Expand _ -> Movement.expand(inputs.getFirst(), shape);
            case Operation.Gather(int axis) -> Movement.gather(inputs.get(0), inputs.get(1), axis, shape);
            case Operation.Resize(var mode, _, _) -> switch (mode) {
                case BILINEAR -> Sampling.resizeBilinear(inputs.getFirst(), shape);
                case NEAREST -> Sampling.resizeNearest(inputs.getFirst(), shape);
            };
            case Operation.GridSample() -> Sampling.gridSample(inputs.get(0), inputs.get(1), shape);
            case Operation.Range(var length) -> Movement.range(length.size());
            case Operation.Sizes(var dimensions) ->
                Elements.tensor(shape, dimensions.stream().mapToLong(dimension -> dimension.size()).toArray());
            case Operation.Attention(int heads) -> Attentions.attention(inputs, heads, shape);
            case Operation.DeformableAttention attention -> Attentions.deformable(attention, inputs, shape);
            case Operation.SemanticInference _ -> Heads.semanticInference(inputs.get(0), inputs.get(1), shape);
            case Operation.SemanticLabels _ -> Heads.semanticLabels(inputs.get(0), inputs.get(1), shape);
            case Operation.Pixels pixels -> Pictures.pixels(pixels, inputs.get(0), inputs.get(1), shape);
            case Operation.Subgraph _ -> throw new AssertionError("subgraphs are run node by node");
            case Operation.Foreign _ -> throw new AssertionError("foreign operations were refused");
        };
    }
}
