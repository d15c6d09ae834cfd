package dev.maskforge.graph.onnx;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.Attribute;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.ShapeInference;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.onnx.ModelParser.StatedValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// Makes a graph of a parsed model: finds what each node means, and the types of all values.
final class GraphAssembler {
    private static final int HIGHEST_RANK = 16;

    private final ModelParser.Model model;
    private final ModelParser.Graph parsed;
    private final Opsets opsets;
    private final SizeGuard guard;
    private final Map<String, Shape> fixedInputs;
    private final Map<String, Long> fixedSizes = new HashMap<>();
    private final Symbols symbols = new Symbols();
    private final Knowledge knowledge = new Knowledge();
    private final Map<String, TensorType> stated = new HashMap<>();
    private final SequencedMap<String, Tensor> constants = new LinkedHashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Set<String> nodeNames = new HashSet<>();

    /// @param fixedInputs the shapes that inputs are to have, by name, where the file leaves sizes free
    GraphAssembler(ModelParser.Model model, ModelParser.Graph parsed, Opsets opsets, SizeGuard guard, Map<String, Shape> fixedInputs) {
        this.fixedInputs = Map.copyOf(fixedInputs);
        this.model = model;
        this.parsed = parsed;
        this.opsets = opsets;
        this.guard = guard;
    }

    Graph assemble() {
        parsed.initializers().forEach(this::defineConstant);
        SequencedMap<String, TensorType> statedInputs = statedInputs();
        fixSizes(statedInputs);
        statedInputs.forEach((name, stated) -> {
            TensorType type = new TensorType(stated.dataType(), fixed(stated.shape()));
            define(name, type);
            symbols.tell(type);
        });
        List<String> inputs = List.copyOf(statedInputs.keySet());
        parsed.values().forEach(value -> type(value).ifPresent(type -> stated.put(value.name(), type)));
        parsed.outputs().forEach(value -> type(value).ifPresent(type -> stated.put(value.name(), type)));
        parsed.nodes().forEach(node -> nodeNames.add(node.name()));
        Set<String> named = new HashSet<>();
        for (OnnxNode node : parsed.nodes()) {
            add(node.name().isEmpty() || !named.add(node.name()) ? renamed(node) : node);
        }
        List<String> outputs = parsed.outputs().stream().map(StatedValue::name).toList();
        outputs.forEach(knowledge::type);
        return pruned(inputs, outputs);
    }

    /// What is stated of inputs. Old files list their constants among them.
    private SequencedMap<String, TensorType> statedInputs() {
        SequencedMap<String, TensorType> inputs = new LinkedHashMap<>();
        parsed.inputs().stream().filter(input -> !parsed.initializers().containsKey(input.name())).forEach(input -> {
            if (inputs.put(input.name(), statedType("input", input)) != null) {
                throw OnnxException.damaged("value '" + input.name() + "' is defined twice");
            }
        });
        return inputs;
    }

    /// Finds the sizes of symbols that make inputs what they are to be.
    private void fixSizes(Map<String, TensorType> inputs) {
        fixedInputs.forEach((name, wanted) -> {
            TensorType type = inputs.get(name);
            if (type == null) {
                throw new OnnxException("it has no input '" + name + "' whose size could be fixed", "name one of its inputs");
            }
            try {
                fixedSizes.putAll(type.shape().solve(wanted));
            } catch (IllegalArgumentException e) {
                throw new OnnxException("input '" + name + "' cannot be made " + wanted + ": " + e.getMessage(),
                        "ask for a size that the file takes", e);
            }
        });
    }

    /// What is stated of inputs and outputs.
    OnnxBorder border() {
        SequencedMap<String, TensorType> inputs = statedInputs();
        inputs.values().forEach(symbols::tell);
        SequencedMap<String, TensorType> outputs = new LinkedHashMap<>();
        parsed.outputs().forEach(output -> outputs.put(output.name(), statedType("output", output)));
        return new OnnxBorder(inputs, outputs, model.metadata());
    }

    private TensorType statedType(String what, StatedValue value) {
        return type(value).orElseThrow(() -> new OnnxException(what + " '" + value.name() + "' has no tensor type with a shape",
                "export it with shapes, or add them with onnx.shape_inference"));
    }

    private OnnxNode renamed(OnnxNode node) {
        String wanted = node.outputs().stream().filter(output -> !output.isEmpty()).findFirst().orElse(node.type());
        String name = wanted;
        for (int count = 1; !nodeNames.add(name); count++) {
            name = wanted + "_" + count;
        }
        return new OnnxNode(node.domain(), node.type(), name, node.inputs(), node.outputs(), node.attributes());
    }

    private Optional<TensorType> type(StatedValue value) {
        if (value.axes().isPresent() && value.axes().get().size() > HIGHEST_RANK) {
            throw OnnxException.damaged("value '" + value.name() + "' has more than " + HIGHEST_RANK + " axes");
        }
        return value.dataType().flatMap(
                dataType -> value.axes().map(axes -> new TensorType(dataType, fixed(symbols.shape(value.name(), axes)))));
    }

    private Shape fixed(Shape shape) {
        return fixedSizes.isEmpty() ? shape : shape.with(fixedSizes);
    }

    private void define(String name, TensorType type) {
        if (name.isEmpty() || knowledge.isDefined(name)) {
            throw OnnxException.damaged(name.isEmpty() ? "a value has no name" : "value '" + name + "' is defined twice");
        }
        knowledge.define(name, type);
    }

    private void defineConstant(String name, Tensor tensor) {
        define(name, tensor.type());
        constants.put(name, tensor);
        knowledge.defineConstant(name, tensor);
    }

    private void add(OnnxNode node) {
        if (node.outputs().isEmpty()) {
            throw OnnxException.damaged("node '" + node.name() + "' (" + node.type() + ") gives nothing");
        }
        node.inputs().stream().filter(input -> !input.isEmpty()).forEach(knowledge::type);
        Optional<Tensor> constant = constant(node);
        if (constant.isPresent()) {
            defineConstant(node.outputs().getFirst(), constant.get());
            return;
        }
        boolean isFixed = node.inputs().stream().allMatch(input -> input.isEmpty() || knowledge.isFixed(input));
        guard.check(node, knowledge, isFixed);
        if (!addTyped(node)) {
            addForeign(node);
        }
        if (isFixed) {
            node.outputs().forEach(knowledge::defineFixed);
        }
        if (node.outputs().size() == 1 && knowledge.type(node.outputs().getFirst()).shape().rank() <= 1) {
            String output = node.outputs().getFirst();
            SizePropagation.infer(node, knowledge).filter(sizes -> sizes.shape().equals(knowledge.type(output).shape()))
                    .ifPresent(sizes -> knowledge.defineSizes(output, sizes));
        }
    }

    /// What a node Constant holds. Such nodes become constants of the graph.
    private static Optional<Tensor> constant(OnnxNode node) {
        if (!node.domain().isEmpty() || !node.type().equals("Constant") || node.attributes().size() != 1 || node.outputs().size() != 1) {
            return Optional.empty();
        }
        Shape scalar = new Shape(List.of());
        return switch (node.attributes().firstEntry().getValue()) {
            case Attribute.Constant(Tensor tensor) -> Optional.of(tensor);
            case Attribute.FloatingPoint(float value) -> Optional.of(Tensor.of(scalar, value));
            case Attribute.Integral(long value) -> Optional.of(Tensor.of(scalar, value));
            case Attribute.Integrals(List<Long> values) ->
                Optional.of(Tensor.of(Shape.of(values.size()), values.stream().mapToLong(Long::longValue).toArray()));
            case Attribute.FloatingPoints(List<Float> values) -> {
                float[] elements = new float[values.size()];
                for (int i = 0; i < elements.length; i++) {
                    elements[i] = values.get(i);
                }
                yield Optional.of(Tensor.of(Shape.of(elements.length), elements));
            }
            case Attribute.Text _,Attribute.Texts _ -> Optional.empty();
        };
    }

    /// Adds the node as an operation of ours, if it is one and its output's type follows.
    private boolean addTyped(OnnxNode node) {
        try {
            Optional<OperationDecoder.Decoded> found = OperationDecoder.decode(node, knowledge, opsets.main());
            if (found.isEmpty() || !symbols.areTold(Parameters.of(found.get().operation()))) {
                return false;
            }
            List<TensorType> inputs = found.get().inputs().stream().map(knowledge::type).toList();
            if (!inputs.stream().allMatch(type -> Complexity.isBearable(type.shape()))) {
                return false;
            }
            TensorType type = ShapeInference.infer(found.get().operation(), inputs).getFirst();
            if (type.shape().rank() > HIGHEST_RANK || !Complexity.isBearable(type.shape())
                    || changesDataType(found.get().operation(), inputs, type)) {
                return false;
            }
            define(node.outputs().getFirst(), type);
            nodes.add(new Node(node.name(), found.get().operation(), found.get().inputs(), List.of(node.outputs().getFirst())));
            return true;
        } catch (IllegalArgumentException | IllegalStateException | ArithmeticException | IndexOutOfBoundsException _) {
            // ONNX allows what our operation does not: another element type, other ranks, other broadcasting.
            return false;
        }
    }

    /// Ours compute in float32 what ONNX has for other elements, too; then they are not the same.
    private static boolean changesDataType(Operation operation, List<TensorType> inputs, TensorType output) {
        return switch (operation) {
            case Operation.Cast _,Operation.Where _,Operation.DequantizeLinear _ -> false;
            default -> output.dataType() == DataType.FLOAT32 && !inputs.isEmpty() && inputs.getFirst().dataType() != DataType.FLOAT32;
        };
    }

    private void addForeign(OnnxNode node) {
        List<TensorType> types = new ArrayList<>();
        for (int i = 0; i < node.outputs().size(); i++) {
            String output = node.outputs().get(i);
            // An output that is left out has no type; a scalar stands in, which nothing can ask for.
            TensorType type = output.isEmpty() ? new TensorType(DataType.FLOAT32, new Shape(List.of())) : foreignType(node, i);
            types.add(type);
            if (!output.isEmpty()) {
                define(output, type);
            }
        }
        nodes.add(new Node(node.name(), new Operation.Foreign(node.domain(), node.type(), node.attributes(), types), node.inputs(),
                node.outputs()));
    }

    private boolean isNonZero(OnnxNode node) {
        return node.domain().isEmpty() && node.type().equals("NonZero") && node.inputs().size() == 1 && !node.inputs().getFirst().isEmpty();
    }

    /// The places of what is not zero, of which there are as many as there are: a symbol that nothing tells.
    private TensorType positions(OnnxNode node) {
        long rank = knowledge.type(node.inputs().getFirst()).shape().rank();
        return new TensorType(DataType.INT64, symbols.shape(node.outputs().getFirst(),
                List.of(new ModelParser.Axis.Sized(rank), new ModelParser.Axis.Symbolic(""))));
    }

    private TensorType foreignType(OnnxNode node, int output) {
        Optional<TensorType> inferred = Optional.empty();
        try {
            inferred = isNonZero(node) ? Optional.of(positions(node)) : ForeignTypes.infer(node, output, knowledge);
        } catch (IllegalArgumentException | IllegalStateException | ArithmeticException | IndexOutOfBoundsException _) {
            // Then the file must state it.
        }
        String name = node.outputs().get(output);
        return inferred.filter(type -> type.shape().rank() <= HIGHEST_RANK && Complexity.isBearable(type.shape()))
                .or(() -> Optional.ofNullable(stated.get(name)))
                .orElseThrow(() -> new OnnxException("node '" + node.name() + "' is an operation " + node.type()
                        + " that Maskforge does not infer shapes for, and the file does not state the type of its output '" + name
                        + "'", "add it with onnx.shape_inference"));
    }

    /// The graph without what was only there to compute sizes that operations now hold themselves, and without constants
    /// that nothing takes.
    private Graph pruned(List<String> inputs, List<String> outputs) {
        Set<String> taken = new HashSet<>(outputs);
        List<Node> kept = new ArrayList<>();
        for (Node node : nodes.reversed()) {
            boolean isHelper = node.outputs().size() == 1 && knowledge.sizes(node.output()).isPresent();
            if (!isHelper || taken.contains(node.output())) {
                Optional<Node> needed = isHelper && !outputs.contains(node.output()) ? computed(node) : Optional.of(node);
                needed.ifPresent(kept::add);
                needed.ifPresent(other -> taken.addAll(other.inputs()));
            }
        }
        Collections.reverse(kept);
        constants.keySet().retainAll(taken);
        Map<String, TensorType> types = new HashMap<>();
        inputs.forEach(name -> types.put(name, knowledge.type(name)));
        constants.keySet().forEach(name -> types.put(name, knowledge.type(name)));
        kept.forEach(
                node -> node.outputs().stream().filter(name -> !name.isEmpty()).forEach(name -> types.put(name, knowledge.type(name))));
        SequencedMap<String, String> metadata = new LinkedHashMap<>(model.metadata());
        metadata.remove(Opsets.METADATA_KEY);
        if (kept.stream().anyMatch(node -> node.operation() instanceof Operation.Foreign)) {
            metadata.put(Opsets.METADATA_KEY, opsets.toString());
        }
        return new Graph(inputs, outputs, kept, constants, types, metadata);
    }

    /// A node of somebody else's that computes sizes, as what it comes to: a constant, which is added, or the sizes.
    private Optional<Node> computed(Node node) {
        String output = node.output();
        Knowledge.Sizes sizes = knowledge.sizes(output).orElseThrow();
        if (!(node.operation() instanceof Operation.Foreign) || knowledge.type(output).dataType() != DataType.INT64) {
            return Optional.of(node);
        }
        if (sizes.elements().stream().allMatch(Dimension::isConstant)) {
            constants.put(output, Tensor.of(sizes.shape(), sizes.elements().stream().mapToLong(Dimension::size).toArray()));
            return Optional.empty();
        }
        return Optional.of(sizes.isScalar() || !symbols.areTold(sizes.elements())
                ? node
                : new Node(node.name(), new Operation.Sizes(sizes.elements()), List.of(), List.of(output)));
    }
}
