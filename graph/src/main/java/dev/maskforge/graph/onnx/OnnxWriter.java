package dev.maskforge.graph.onnx;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Predicate;

/// Writes graphs as ONNX that any runtime takes: one flat graph of opset 17's own operators, IR version 8.
///
/// Names of nodes and values stay. A symbolic dimension is a `dim_param` at the border (`32*h`) and arithmetic on the
/// inputs' shapes inside, under names that begin with `sizes/`. [High-level][Operation#isHighLevel()] operations must have
/// been lowered. A graph that holds operations of another opset (see [OnnxReader]) is written in that one.
public final class OnnxWriter {
    /// The version of ONNX's operators that graphs are written in.
    public static final int OPSET = 17;
    private static final int IR_VERSION = 8;
    /// Protobuf readers take no message of 2 GiB or more.
    private static final long LARGEST_FILE = Integer.MAX_VALUE;
    /// Tensors up to here, in bytes, stay in the file when the others are handed over beside it: runtimes infer shapes from
    /// them.
    private static final long SMALL = 1024;
    private static final String DOCUMENTATION = "Nodes, values and constants bear the checkpoint's keys. Dimensions in words are integer "
            + "polynomials in symbols; ceil((a)/b) rounds up.";

    private OnnxWriter() {
    }

    /// A model whose large constants are apart, as ONNX Runtime's `addExternalInitializers` wants it.
    ///
    /// @param bytes        the ONNX file, with placeholders for the constants
    /// @param initializers the constants, by name; not copied, they live as long as the graph's
    public record Model(MemorySegment bytes, SequencedMap<String, Tensor> initializers) {}

    /// Writes the whole model, streaming its constants from where they lie.
    ///
    /// @throws IllegalArgumentException if it has an operation that ONNX lacks, or would exceed 2 GiB
    public static void write(Graph graph, String producerVersion, WritableByteChannel channel) throws IOException {
        Message model = model(graph, producerVersion, _ -> true);
        long size = model.size();
        if (size > LARGEST_FILE) {
            throw new IllegalArgumentException("the model takes " + size + " bytes and an ONNX file holds at most " + LARGEST_FILE
                    + "; external data, which would lift that, is not written yet: use a smaller backbone or half precision");
        }
        model.writeTo(channel);
    }

    /// The model for a runtime in this process, which gets the large constants from memory.
    ///
    /// @throws IllegalArgumentException if it has an operation that ONNX lacks
    public static Model inMemory(Graph graph, String producerVersion) {
        SequencedMap<String, Tensor> apart = new LinkedHashMap<>();
        graph.initializers().forEach((name, tensor) -> {
            if (!isSmall(tensor)) {
                apart.put(name, tensor);
            }
        });
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            model(graph, producerVersion, OnnxWriter::isSmall).writeTo(Channels.newChannel(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return new Model(MemorySegment.ofArray(bytes.toByteArray()), apart);
    }

    private static boolean isSmall(Tensor tensor) {
        return tensor.memory().byteSize() <= SMALL;
    }

    private static Message model(Graph graph, String producerVersion, Predicate<Tensor> inside) {
        Opsets opsets = Opsets.of(graph);
        Message model = new Message().varint(Schema.Model.IR_VERSION, IR_VERSION).text(Schema.Model.PRODUCER_NAME, "maskforge")
                .text(Schema.Model.PRODUCER_VERSION, producerVersion).text(Schema.Model.DOCUMENTATION, DOCUMENTATION)
                .message(Schema.Model.GRAPH, graph(graph, opsets, inside));
        opsets.versions().forEach((domain, version) -> model.message(Schema.Model.OPSET_IMPORT, OnnxMessages.opset(domain, version)));
        graph.metadata().forEach((key, value) -> {
            if (!key.equals(Opsets.METADATA_KEY)) {
                model.message(Schema.Model.METADATA, OnnxMessages.entry(key, value));
            }
        });
        return model;
    }

    private static Message graph(Graph graph, Opsets opsets, Predicate<Tensor> inside) {
        OnnxNodes nodes = new OnnxNodes(graph);
        OperationEncoder encoder = new OperationEncoder(graph, nodes, opsets.main());
        graph.nodes().forEach(encoder::encode);
        Message message = new Message();
        nodes.nodes().forEach(node -> message.message(Schema.Graph.NODE, OnnxMessages.node(node)));
        message.text(Schema.Graph.NAME, "maskforge");
        nodes.constants().forEach((name, tensor) -> message.message(Schema.Graph.INITIALIZER, OnnxMessages.tensor(name, tensor)));
        graph.initializers().forEach((name, tensor) -> message.message(Schema.Graph.INITIALIZER,
                inside.test(tensor) ? OnnxMessages.tensor(name, tensor) : OnnxMessages.placeholder(name, tensor.type())));
        graph.inputs().forEach(name -> message.message(Schema.Graph.INPUT, OnnxMessages.value(name, graph.type(name))));
        graph.outputs().forEach(name -> message.message(Schema.Graph.OUTPUT, OnnxMessages.value(name, graph.type(name))));
        foreignValues(graph).forEach(name -> message.message(Schema.Graph.VALUE, OnnxMessages.value(name, graph.type(name))));
        return message;
    }

    /// Values whose types no one can infer who does not know the operations that give them.
    private static List<String> foreignValues(Graph graph) {
        return graph.nodes().stream().filter(node -> node.operation() instanceof Operation.Foreign).map(Node::outputs).flatMap(List::stream)
                .filter(name -> !name.isEmpty() && !graph.outputs().contains(name)).toList();
    }
}
