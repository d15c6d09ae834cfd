package dev.maskforge.engine.tensorrt.plan;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.Partition;
import dev.maskforge.engine.tensorrt.steps.KernelSteps;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.text.GraphText;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A plan as it is kept: what TensorRT wrote, one plan for each segment of the graph; the nodes between the segments, which are
/// kernels of ours; the constants that those take; and the types of all values at their borders with the symbols in them, which
/// TensorRT forgets.
///
/// It begins with a line `maskforge-tensorrt-2 LENGTH`, then LENGTH bytes of lines, tab-separated: `input NAME TYPE DIMENSION ...`,
/// `output ...` and `between ...` for values, `constant NAME TYPE SIZE ...` for constants, `segment LENGTH` and `kernel LENGTH`
/// for steps. The bytes of constants and steps follow in the order of their lines, each at the next multiple of 256; those of a
/// constant are as many as its type and sizes say. Each value is described once, and kernels take and give it as it is described.
///
/// @param inputs    of the graph, in order
/// @param outputs   of the graph, in order
/// @param between   values that one step gives and another takes
/// @param constants that kernels of ours take, each once
/// @param parts     in the order in which they run
public record PlanContainer(SequencedMap<String, TensorType> inputs, SequencedMap<String, TensorType> outputs,
        SequencedMap<String, TensorType> between, SequencedMap<String, Tensor> constants, List<Part> parts) {
    /// What a plan begins with. Another number stands for another format.
    public static final String FORMAT = "maskforge-tensorrt-2";
    private static final String ANY_FORMAT = "maskforge-tensorrt-";
    private static final String MAGIC = FORMAT + " ";
    private static final int ALIGNMENT = 256;
    private static final int LONGEST_FIRST_LINE = 40;
    private static final int LARGEST_HEADER = 1 << 20;
    private static final int LARGEST_KERNEL = 1 << 20;

    public PlanContainer {
        inputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(inputs));
        outputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(outputs));
        between = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(between));
        constants = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(constants));
        parts = List.copyOf(parts);
        StepTypes.require(inputs, outputs, between, constants, parts);
    }

    /// Of steps that take no constants.
    public PlanContainer(SequencedMap<String, TensorType> inputs, SequencedMap<String, TensorType> outputs,
            SequencedMap<String, TensorType> between, List<Part> parts) {
        this(inputs, outputs, between, new LinkedHashMap<>(), parts);
    }

    /// The type of a value that comes in, goes out or passes from one step to another; empty if it is none of these.
    public Optional<TensorType> type(String value) {
        return Stream.of(inputs, outputs, between).filter(types -> types.containsKey(value)).map(types -> types.get(value)).findFirst();
    }

    /// One step of a plan.
    public sealed interface Part {
        /// A segment, as TensorRT wrote it.
        record Segment(MemorySegment bytes) implements Part {}

        /// A node that is a kernel of ours.
        record Kernel(Partition.Step.Kernel step) implements Part {}
    }

    /// How many kernels of ours there are of each kind, by its [name][KernelSteps#name(Node)], in the order in which they first run.
    /// Columns, which nothing is launched for, are not among them.
    public SequencedMap<String, Integer> kernels() {
        SequencedMap<String, Integer> kernels = new LinkedHashMap<>();
        for (Part part : parts) {
            if (part instanceof Part.Kernel(Partition.Step.Kernel(Node node, _, _)) && !(node.operation() instanceof Operation.Slice)) {
                kernels.merge(KernelSteps.name(node), 1, Integer::sum);
            }
        }
        return kernels;
    }

    /// The plan in native memory.
    public MemorySegment write(Arena arena) {
        SequencedMap<String, TensorType> constantTypes = new LinkedHashMap<>();
        constants.forEach((name, tensor) -> constantTypes.put(name, tensor.type()));
        StringBuilder lines = new StringBuilder(lines("input", inputs) + lines("output", outputs) + lines("between", between)
                + lines("constant", constantTypes));
        List<MemorySegment> payloads = new ArrayList<>(constants.values().stream().map(Tensor::memory).toList());
        for (Part part : parts) {
            MemorySegment payload = payload(part);
            lines.append(part instanceof Part.Segment ? "segment" : "kernel").append('\t').append(payload.byteSize()).append('\n');
            payloads.add(payload);
        }
        byte[] header = lines.toString().getBytes(StandardCharsets.UTF_8);
        byte[] first = (MAGIC + header.length + "\n").getBytes(StandardCharsets.US_ASCII);
        long end = align((long) first.length + header.length);
        for (MemorySegment payload : payloads) {
            end = align(end + payload.byteSize());
        }
        MemorySegment whole = arena.allocate(end, ALIGNMENT);
        MemorySegment.copy(first, 0, whole, ValueLayout.JAVA_BYTE, 0, first.length);
        MemorySegment.copy(header, 0, whole, ValueLayout.JAVA_BYTE, first.length, header.length);
        long start = align((long) first.length + header.length);
        for (MemorySegment payload : payloads) {
            whole.asSlice(start).copyFrom(payload);
            start = align(start + payload.byteSize());
        }
        return whole;
    }

    private static MemorySegment payload(Part part) {
        return switch (part) {
            case Part.Segment(MemorySegment bytes) -> bytes;
            case Part.Kernel(Partition.Step.Kernel step) ->
                MemorySegment.ofArray(GraphText.print(graph(step)).getBytes(StandardCharsets.UTF_8));
        };
    }

    /// The node alone.
    private static Graph graph(Partition.Step.Kernel step) {
        Node node = step.node();
        Map<String, TensorType> types = new LinkedHashMap<>();
        for (int i = 0; i < node.inputs().size(); i++) {
            types.put(node.inputs().get(i), step.inputs().get(i));
        }
        List<String> inputs = List.copyOf(types.keySet());
        for (int i = 0; i < node.outputs().size(); i++) {
            types.put(node.outputs().get(i), step.outputs().get(i));
        }
        return new Graph(inputs, node.outputs(), List.of(node), new LinkedHashMap<>(), types, new LinkedHashMap<>());
    }

    private static String lines(String kind, Map<String, TensorType> types) {
        return types.entrySet().stream()
                .map(entry -> kind + "\t" + entry.getKey() + "\t" + entry.getValue().dataType()
                        + entry.getValue().shape().dimensions().stream().map(dimension -> "\t" + dimension).collect(Collectors.joining())
                        + "\n")
                .collect(Collectors.joining());
    }

    /// Reads a plan; TensorRT's bytes and constants stay where they are.
    ///
    /// @throws EngineException if it is none
    public static PlanContainer read(MemorySegment whole) {
        try {
            byte[] start = whole.asSlice(0, Math.min(LONGEST_FIRST_LINE, whole.byteSize())).toArray(ValueLayout.JAVA_BYTE);
            String text = new String(start, StandardCharsets.US_ASCII);
            int end = text.indexOf('\n');
            if (text.startsWith(ANY_FORMAT) && !text.startsWith(MAGIC)) {
                throw new IllegalArgumentException("it is stale, of the format of another version");
            }
            if (!text.startsWith(MAGIC) || end < 0) {
                throw new IllegalArgumentException("it does not begin as one");
            }
            int length = Integer.parseInt(text.substring(MAGIC.length(), end));
            if (length < 0 || length > LARGEST_HEADER) {
                throw new IllegalArgumentException("its header has " + length + " bytes");
            }
            String header = new String(whole.asSlice(end + 1L, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
            return new Reader(whole, align(end + 1L + length)).read(header);
        } catch (IndexOutOfBoundsException e) {
            throw new EngineException("this is no TensorRT plan of Maskforge: it does not have the bytes that it speaks of; build it anew",
                    e);
        } catch (IllegalArgumentException | IllegalStateException | ArithmeticException e) {
            throw new EngineException("this is no TensorRT plan of Maskforge: " + e.getMessage() + "; build it anew", e);
        }
    }

    /// Goes through the header's lines, and through the bytes of constants and steps behind it.
    private static final class Reader {
        private final MemorySegment whole;
        private final SequencedMap<String, TensorType> inputs = new LinkedHashMap<>();
        private final SequencedMap<String, TensorType> outputs = new LinkedHashMap<>();
        private final SequencedMap<String, TensorType> between = new LinkedHashMap<>();
        private final SequencedMap<String, Tensor> constants = new LinkedHashMap<>();
        private final List<Part> parts = new ArrayList<>();
        private final Set<String> described = new HashSet<>();
        private long position;

        Reader(MemorySegment whole, long position) {
            this.whole = whole;
            this.position = position;
        }

        PlanContainer read(String header) {
            header.lines().forEach(line -> readLine(line.split("\t", -1)));
            if (parts.isEmpty()) {
                throw new IllegalArgumentException("it has no step");
            }
            return new PlanContainer(inputs, outputs, between, constants, parts);
        }

        private void readLine(String[] words) {
            switch (words[0]) {
                case "input" -> readValue(words, inputs);
                case "output" -> readValue(words, outputs);
                case "between" -> readValue(words, between);
                case "constant" -> readConstant(words);
                case "segment" -> parts.add(new Part.Segment(stepBytes(words)));
                case "kernel" -> parts.add(new Part.Kernel(kernel(stepBytes(words))));
                default -> throw new IllegalArgumentException("its header speaks of '" + words[0] + "'");
            }
        }

        private void readValue(String[] words, SequencedMap<String, TensorType> into) {
            into.put(name(words), type(words));
        }

        private void readConstant(String[] words) {
            String name = name(words);
            TensorType type = type(words);
            if (!type.shape().dimensions().stream().allMatch(size -> size.isConstant() && size.size() >= 0)) {
                throw new IllegalArgumentException("its constant '" + name + "' is " + type + ", which is no size");
            }
            constants.put(name, new Tensor(type, bytes(Math.multiplyExact(type.shape().elementCount(), (long) type.dataType().bytes()))));
        }

        private String name(String[] words) {
            if (words.length < 3) {
                throw new IllegalArgumentException("its header has a line of " + words.length + " words");
            }
            if (!described.add(words[1])) {
                throw new IllegalArgumentException("its header describes '" + words[1] + "' twice");
            }
            return words[1];
        }

        private static TensorType type(String[] words) {
            return new TensorType(DataType.named(words[2]), new Shape(Arrays.stream(words).skip(3).map(Dimension::parse).toList()));
        }

        private MemorySegment stepBytes(String[] words) {
            if (words.length != 2) {
                throw new IllegalArgumentException("its header has a step of " + words.length + " words");
            }
            return bytes(Long.parseLong(words[1]));
        }

        /// The next ones. They are not copied, and there are that many.
        private MemorySegment bytes(long count) {
            MemorySegment bytes = whole.asSlice(position, count);
            position = align(position + count);
            return bytes;
        }

        private static Partition.Step.Kernel kernel(MemorySegment payload) {
            if (payload.byteSize() > LARGEST_KERNEL) {
                throw new IllegalArgumentException("it describes a kernel in " + payload.byteSize() + " bytes");
            }
            Graph graph = GraphText.parse(new String(payload.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8));
            if (graph.nodes().size() != 1) {
                throw new IllegalArgumentException("it describes a kernel by " + graph.nodes().size() + " nodes");
            }
            Node node = graph.nodes().getFirst();
            return new Partition.Step.Kernel(node, node.inputs().stream().map(graph::type).toList(),
                    node.outputs().stream().map(graph::type).toList());
        }
    }

    private static long align(long offset) {
        return Math.addExact(offset, ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}
