package dev.maskforge.graph.onnx;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Operation.Attribute;
import dev.maskforge.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;

/// Reads `ModelProto` and what is in it, one method a message. It knows the file's form; what the operations mean is
/// [GraphAssembler]'s business.
final class ModelParser {
    private final TensorParser tensors;

    ModelParser(ExternalData externalData) {
        this.tensors = new TensorParser(externalData);
    }

    /// A model as the file has it.
    record Model(long irVersion, SortedMap<String, Long> opsets, SequencedMap<String, String> metadata, Optional<Graph> graph) {}

    /// A graph as the file has it.
    ///
    /// @param values what is stated of values between inputs and outputs
    record Graph(List<OnnxNode> nodes, SequencedMap<String, Tensor> initializers, List<StatedValue> inputs, List<StatedValue> outputs,
            List<StatedValue> values) {}

    /// What a file states of a value.
    ///
    /// @param dataType empty if it is not stated
    /// @param axes     empty if the rank is not stated
    record StatedValue(String name, Optional<DataType> dataType, Optional<List<Axis>> axes) {}

    /// One axis of a stated shape: a size, or a text, which is empty if neither is stated.
    sealed interface Axis {
        record Sized(long size) implements Axis {}

        record Symbolic(String text) implements Axis {}
    }

    /// A line of free text.
    record Entry(String key, String value) {}

    Model model(MemorySegment file, Allowance allowance) {
        Fields fields = new Fields(file, allowance);
        long irVersion = 0;
        SortedMap<String, Long> opsets = new TreeMap<>();
        SequencedMap<String, String> metadata = new LinkedHashMap<>();
        Optional<MemorySegment> graph = Optional.empty();
        while (fields.next()) {
            switch (fields.number()) {
                case Schema.Model.IR_VERSION -> irVersion = fields.varint();
                case Schema.Model.GRAPH -> graph = Optional.of(fields.bytes());
                case Schema.Model.OPSET_IMPORT -> opset(fields.message(), opsets);
                case Schema.Model.METADATA -> {
                    Entry entry = entry(fields.message());
                    metadata.put(entry.key(), entry.value());
                }
                case Schema.Model.FUNCTIONS -> throw new OnnxException("it has functions of its own", "inline them (onnx.inliner) first");
                default -> {
                }
            }
        }
        return new Model(irVersion, opsets, metadata, graph.map(message -> graph(new Fields(message, allowance))));
    }

    private static void opset(Fields fields, Map<String, Long> opsets) {
        String domain = "";
        long version = 0;
        while (fields.next()) {
            switch (fields.number()) {
                case Schema.Opset.DOMAIN -> domain = canonical(fields.text());
                case Schema.Opset.VERSION -> version = fields.varint();
                default -> {
                }
            }
        }
        if (domain.contains(" ") || domain.contains("=")) {
            throw OnnxException.damaged("it imports operators from '" + domain + "', which is no domain");
        }
        opsets.put(domain, version);
    }

    /// ONNX's own domain has two names.
    private static String canonical(String domain) {
        return domain.equals("ai.onnx") ? "" : domain;
    }

    static Entry entry(Fields fields) {
        String key = "";
        String value = "";
        while (fields.next()) {
            switch (fields.number()) {
                case Schema.Entry.KEY -> key = fields.text();
                case Schema.Entry.VALUE -> value = fields.text();
                default -> {
                }
            }
        }
        return new Entry(key, value);
    }

    private Graph graph(Fields fields) {
        List<OnnxNode> nodes = new ArrayList<>();
        SequencedMap<String, Tensor> initializers = new LinkedHashMap<>();
        List<StatedValue> inputs = new ArrayList<>();
        List<StatedValue> outputs = new ArrayList<>();
        List<StatedValue> values = new ArrayList<>();
        while (fields.next()) {
            switch (fields.number()) {
                case Schema.Graph.NODE -> nodes.add(node(fields.message()));
                case Schema.Graph.INITIALIZER -> {
                    TensorParser.Named tensor = tensors.parse(fields.bytes(), fields.allowance());
                    if (tensor.name().isEmpty() || initializers.put(tensor.name(), tensor.tensor()) != null) {
                        throw OnnxException.damaged("it has two constants of the name '" + tensor.name() + "', or one without");
                    }
                }
                case Schema.Graph.INPUT -> inputs.add(value(fields.message()));
                case Schema.Graph.OUTPUT -> outputs.add(value(fields.message()));
                case Schema.Graph.VALUE -> values.add(value(fields.message()));
                case Schema.Graph.SPARSE_INITIALIZER ->
                    throw new OnnxException("it has sparse constants, which may be of any size once unpacked", "save them dense");
                default -> {
                }
            }
        }
        return new Graph(nodes, initializers, inputs, outputs, values);
    }

    private OnnxNode node(Fields fields) {
        fields.allowance().item();
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        String name = "";
        String type = "";
        String domain = "";
        SortedMap<String, Attribute> attributes = new TreeMap<>();
        while (fields.next()) {
            switch (fields.number()) {
                case Schema.Node.INPUT -> inputs.add(reference(fields));
                case Schema.Node.OUTPUT -> outputs.add(reference(fields));
                case Schema.Node.NAME -> name = fields.text();
                case Schema.Node.TYPE -> type = fields.text();
                case Schema.Node.DOMAIN -> domain = canonical(fields.text());
                case Schema.Node.ATTRIBUTE -> attribute(fields.message(), attributes);
                default -> {
                }
            }
        }
        return new OnnxNode(domain, type, name, inputs, outputs, attributes);
    }

    private static String reference(Fields fields) {
        fields.allowance().number();
        return fields.text();
    }

    private void attribute(Fields fields, Map<String, Attribute> attributes) {
        fields.allowance().number();
        String name = "";
        long kind = 0;
        Attribute single = new Attribute.Integral(0);
        List<Float> floatingPoints = new ArrayList<>();
        List<Long> integrals = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        while (fields.next()) {
            switch (fields.number()) {
                case Schema.Attribute.NAME -> name = fields.text();
                case Schema.Attribute.KIND -> kind = fields.varint();
                case Schema.Attribute.FLOATING_POINT -> single = new Attribute.FloatingPoint(fields.floatingPoint());
                case Schema.Attribute.INTEGRAL -> single = new Attribute.Integral(fields.varint());
                case Schema.Attribute.TEXT -> single = new Attribute.Text(fields.text());
                case Schema.Attribute.TENSOR ->
                    single = new Attribute.Constant(tensors.parse(fields.bytes(), fields.allowance()).tensor());
                case Schema.Attribute.FLOATING_POINTS -> floatingPoints(fields, floatingPoints);
                case Schema.Attribute.INTEGRALS -> fields.varints(number -> {
                    fields.allowance().number();
                    integrals.add(number);
                });
                case Schema.Attribute.TEXTS -> {
                    fields.allowance().number();
                    texts.add(fields.text());
                }
                case Schema.Attribute.GRAPH ->
                    throw new OnnxException("it has graphs within its graph (If, Loop or Scan)", "export it without control flow");
                default -> {
                }
            }
        }
        Attribute attribute = switch (Math.clamp(kind, 0, Integer.MAX_VALUE)) {
            case Schema.Attribute.KIND_FLOATING_POINTS -> new Attribute.FloatingPoints(floatingPoints);
            case Schema.Attribute.KIND_INTEGRALS -> new Attribute.Integrals(integrals);
            case Schema.Attribute.KIND_TEXTS -> new Attribute.Texts(texts);
            case Schema.Attribute.KIND_FLOATING_POINT, Schema.Attribute.KIND_INTEGRAL, Schema.Attribute.KIND_TEXT,
                    Schema.Attribute.KIND_TENSOR ->
                ofKind(name, kind, single);
            default -> throw new OnnxException("attribute '" + name + "' is of kind " + kind + ", which Maskforge does not have",
                    "export it without, or again if it is damaged");
        };
        if (attributes.put(name, attribute) != null) {
            throw OnnxException.damaged("a node has two attributes '" + name + "'");
        }
    }

    /// A scalar attribute whose value protobuf left out is zero or empty.
    private static Attribute ofKind(String name, long kind, Attribute single) {
        boolean fits = switch (single) {
            case Attribute.FloatingPoint _ -> kind == Schema.Attribute.KIND_FLOATING_POINT;
            case Attribute.Integral _ -> kind == Schema.Attribute.KIND_INTEGRAL;
            case Attribute.Text _ -> kind == Schema.Attribute.KIND_TEXT;
            case Attribute.Constant _ -> kind == Schema.Attribute.KIND_TENSOR;
            case Attribute.FloatingPoints _,Attribute.Integrals _,Attribute.Texts _ -> false;
        };
        if (fits) {
            return single;
        }
        if (single.equals(new Attribute.Integral(0)) && kind == Schema.Attribute.KIND_FLOATING_POINT) {
            return new Attribute.FloatingPoint(0);
        }
        if (single.equals(new Attribute.Integral(0)) && kind == Schema.Attribute.KIND_TEXT) {
            return new Attribute.Text("");
        }
        throw OnnxException.damaged("attribute '" + name + "' has no value of its kind " + kind);
    }

    private static void floatingPoints(Fields fields, List<Float> list) {
        MemorySegment numbers = fields.numbers(Float.BYTES);
        for (long offset = 0; offset < numbers.byteSize(); offset += Float.BYTES) {
            fields.allowance().number();
            list.add(numbers.get(Tensor.FLOAT32, offset));
        }
    }

    private static StatedValue value(Fields fields) {
        fields.allowance().item();
        String name = "";
        Optional<DataType> dataType = Optional.empty();
        Optional<List<Axis>> axes = Optional.empty();
        while (fields.next()) {
            switch (fields.number()) {
                case Schema.Value.NAME -> name = fields.text();
                case Schema.Value.TYPE -> {
                    Fields tensor = tensorType(fields.message());
                    while (tensor.next()) {
                        switch (tensor.number()) {
                            case Schema.Value.TENSOR_DATA_TYPE -> {
                                long code = tensor.varint();
                                dataType = code == 0 ? Optional.empty() : Optional.of(OnnxTypes.of(code));
                            }
                            case Schema.Value.TENSOR_SHAPE -> axes = Optional.of(axes(tensor.message()));
                            default -> {
                            }
                        }
                    }
                }
                default -> {
                }
            }
        }
        return new StatedValue(name, dataType, axes);
    }

    private static Fields tensorType(Fields type) {
        Fields tensor = new Fields(MemorySegment.NULL, type.allowance());
        while (type.next()) {
            if (type.number() == Schema.Value.TYPE_TENSOR) {
                tensor = type.message();
            }
        }
        return tensor;
    }

    private static List<Axis> axes(Fields shape) {
        List<Axis> axes = new ArrayList<>();
        while (shape.next()) {
            if (shape.number() == Schema.Value.SHAPE_DIMENSION) {
                shape.allowance().number();
                axes.add(axis(shape.message()));
            }
        }
        return axes;
    }

    private static Axis axis(Fields dimension) {
        Axis axis = new Axis.Symbolic("");
        while (dimension.next()) {
            switch (dimension.number()) {
                case Schema.Value.DIMENSION_SIZE -> axis = new Axis.Sized(dimension.varint());
                case Schema.Value.DIMENSION_SYMBOL -> axis = new Axis.Symbolic(dimension.text());
                default -> {
                }
            }
        }
        return axis;
    }
}
