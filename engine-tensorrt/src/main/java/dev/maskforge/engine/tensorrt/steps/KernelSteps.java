package dev.maskforge.engine.tensorrt.steps;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.Partition;
import dev.maskforge.engine.tensorrt.kernels.GraphKernel;
import dev.maskforge.engine.tensorrt.kernels.KernelLoader;
import dev.maskforge.engine.tensorrt.kernels.attention.AttentionKernel;
import dev.maskforge.engine.tensorrt.kernels.attention.AttentionLayout;
import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionKernel;
import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionLayout;
import dev.maskforge.engine.tensorrt.kernels.attention.DeformableAttentionProgram;
import dev.maskforge.engine.tensorrt.kernels.attention.PositionedAttentionKernel;
import dev.maskforge.engine.tensorrt.kernels.head.HeadKernel;
import dev.maskforge.engine.tensorrt.kernels.head.HeadLayout;
import dev.maskforge.engine.tensorrt.kernels.head.HeadLogits;
import dev.maskforge.engine.tensorrt.kernels.masks.MasksKernel;
import dev.maskforge.engine.tensorrt.kernels.masks.MasksProgram;
import dev.maskforge.engine.tensorrt.kernels.normalization.GroupNormalizationKernel;
import dev.maskforge.engine.tensorrt.kernels.normalization.GroupNormalizationProgram;
import dev.maskforge.engine.tensorrt.kernels.pixels.PixelsKernel;
import dev.maskforge.engine.tensorrt.kernels.pixels.PixelsLayout;
import dev.maskforge.engine.tensorrt.kernels.queries.QueriesKernel;
import dev.maskforge.engine.tensorrt.kernels.queries.QueryProgram;
import dev.maskforge.engine.tensorrt.kernels.stem.StemKernel;
import dev.maskforge.engine.tensorrt.kernels.stem.StemProgram;
import dev.maskforge.engine.tensorrt.kernels.tokens.TokensKernel;
import dev.maskforge.engine.tensorrt.kernels.tokens.TokensProgram;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;

/// Which operations are kernels of ours, and how a node becomes one.
///
/// ```java
/// Partition partition = Partition.of(graph, KernelSteps::isOwn);
/// ```
/// Each `Partition.Step.Kernel` is then [prepared][#prepare(KernelLoader, Partition.Step.Kernel, Map, Map)] once for each set of
/// sizes, and enqueued between the segments.
public final class KernelSteps {
    /// What steps are called that compute with queries.
    public static final String QUERIES = "Queries";
    /// What steps are called that normalise maps.
    public static final String GROUP_NORMALIZATION = "GroupNormalization";
    /// What steps are called that make masks.
    public static final String MASKS = "Masks";
    /// What steps are called that sample values, with or without a table of positions that they add.
    public static final String DEFORMABLE_ATTENTION = "DeformableAttention";
    /// What steps are called that compute with an encoder's tokens.
    public static final String TOKENS = "Tokens";
    /// What steps are called that compute the stem of a ResNet.
    public static final String STEM = "Stem";

    private KernelSteps() {
    }

    /// What the kernel of a node is called: as its operation, or by what its Subgraph is about.
    public static String name(Node node) {
        return switch (node.operation()) {
            case Operation.Subgraph(Graph graph) when GroupNormalizationProgram.isFor(graph) -> GROUP_NORMALIZATION;
            case Operation.Subgraph(Graph graph) when MasksProgram.isFor(graph) -> MASKS;
            case Operation.Subgraph(Graph graph) when TokensProgram.isFor(graph) -> TOKENS;
            case Operation.Subgraph(Graph graph) when StemProgram.isFor(graph) -> STEM;
            case Operation.Subgraph(Graph graph) when DeformableAttentionProgram.isFor(graph) -> DEFORMABLE_ATTENTION;
            case Operation.Subgraph _ -> QUERIES;
            default -> node.operation().type();
        };
    }

    /// Whether there is a kernel for the operation.
    public static boolean isOwn(Operation operation) {
        return switch (operation) {
            case Operation.DeformableAttention _,Operation.Attention _,Operation.SemanticLabels _,Operation.Pixels _,Operation.Subgraph _ ->
                true;
            default -> false;
        };
    }

    /// Makes a node ready for certain sizes.
    ///
    /// @param sizes   of the symbols in its types
    /// @param strides elements from one row to the next, of those inputs that are columns of a wider matrix
    /// @throws EngineException if the kernel does not take such types or sizes, or cannot be compiled or loaded
    public static KernelStep prepare(KernelLoader loader, Partition.Step.Kernel step, Map<String, Long> sizes,
            Map<String, Integer> strides) {
        Node node = step.node();
        List<Integer> rows = rows(step, strides);
        List<TensorType> inputs = step.inputs().stream().map(type -> bound(type, sizes)).toList();
        return switch (node.operation()) {
            case Operation.DeformableAttention attention -> {
                DeformableAttentionLayout layout = layout(attention, inputs, rows, sizes);
                yield new DeformableAttentionStep(node, DeformableAttentionKernel.load(loader, layout));
            }
            case Operation.Attention(int heads) -> new AttentionStep(node, AttentionKernel.load(loader, layout(heads, inputs, rows)));
            case Operation.SemanticLabels(Dimension height, Dimension width) -> {
                HeadLayout.Size network = new HeadLayout.Size(size(height, sizes), size(width, sizes));
                yield new HeadStep(node, HeadKernel.load(loader, layout(network, inputs)));
            }
            case Operation.Pixels pixels -> new PixelsStep(node, PixelsKernel.load(loader, layout(pixels, inputs)));
            case Operation.Subgraph(Graph graph) when GroupNormalizationProgram.isFor(graph) ->
                GraphStep.of(node, graph, GroupNormalizationKernel.load(loader, GroupNormalizationProgram.of(graph), sizes));
            case Operation.Subgraph(Graph graph) when MasksProgram.isFor(graph) ->
                GraphStep.of(node, graph, MasksKernel.load(loader, MasksProgram.of(graph), sizes));
            case Operation.Subgraph(Graph graph) when TokensProgram.isFor(graph) ->
                GraphStep.of(node, graph, TokensKernel.load(loader, TokensProgram.of(graph), sizes));
            case Operation.Subgraph(Graph graph) when StemProgram.isFor(graph) ->
                GraphStep.of(node, graph, StemKernel.load(loader, StemProgram.of(graph), sizes));
            case Operation.Subgraph(Graph graph) when DeformableAttentionProgram.isFor(graph) ->
                GraphStep.of(node, graph, PositionedAttentionKernel.load(loader, DeformableAttentionProgram.of(graph), sizes));
            case Operation.Subgraph(Graph graph) -> {
                int pictures = size(bound(step.outputs().getFirst(), sizes), 0);
                yield GraphStep.of(node, graph, QueriesKernel.load(loader, QueryProgram.of(graph), pictures));
            }
            default -> throw new EngineException("node '" + node.name() + "': there is no kernel for " + node.operation().type());
        };
    }

    private static TensorType bound(TensorType type, Map<String, Long> sizes) {
        return new TensorType(type.dataType(), type.shape().with(sizes));
    }

    private static int size(Dimension dimension, Map<String, Long> sizes) {
        return Math.toIntExact(dimension.with(sizes).size());
    }

    private static int size(TensorType type, int axis) {
        return Math.toIntExact(type.shape().get(axis).size());
    }

    private static DeformableAttentionLayout layout(Operation.DeformableAttention attention, List<TensorType> inputs,
            List<Integer> rows, Map<String, Long> sizes) {
        List<DeformableAttentionLayout.Level> levels = DeformableAttentionLayout.levels(attention, sizes);
        TensorType value = inputs.getFirst();
        return new DeformableAttentionLayout(size(value, 0), attention.heads(), size(value, 2) / attention.heads(), attention.points(),
                levels,
                rows(inputs, rows, 0), rows(inputs, rows, 1), rows(inputs, rows, 2));
    }

    private static DeformableAttentionLayout.Rows rows(List<TensorType> inputs, List<Integer> rows, int index) {
        return new DeformableAttentionLayout.Rows(inputs.get(index).dataType(), rows.get(index));
    }

    /// Elements from one row to the next, of each input.
    private static List<Integer> rows(Partition.Step.Kernel step, Map<String, Integer> strides) {
        List<Integer> rows = new ArrayList<>();
        for (int i = 0; i < step.inputs().size(); i++) {
            Shape shape = step.inputs().get(i).shape();
            Dimension width = shape.rank() == 0 ? Dimension.ONE : shape.get(-1);
            rows.add(strides.getOrDefault(step.node().inputs().get(i), width.isConstant() ? Math.toIntExact(width.size()) : 0));
        }
        return rows;
    }

    private static AttentionLayout layout(int heads, List<TensorType> inputs, List<Integer> rows) {
        TensorType query = inputs.getFirst();
        TensorType key = inputs.get(1);
        if (key.dataType() != query.dataType() || inputs.get(2).dataType() != query.dataType()) {
            throw new EngineException("the attention kernel takes queries, keys and values of one type, not " + query + ", " + key + " and "
                    + inputs.get(2));
        }
        return new AttentionLayout(size(query, 0), heads, size(query, 2) / heads, size(query, 1), size(key, 1), inputs.size() == 4,
                query.dataType(), new AttentionLayout.Strides(rows.get(0), rows.get(1), rows.get(2)));
    }

    private static HeadLayout layout(HeadLayout.Size network, List<TensorType> inputs) {
        TensorType classes = inputs.getFirst();
        TensorType masks = inputs.get(1);
        if (classes.dataType() != masks.dataType()) {
            throw new EngineException("the head kernel takes class and mask logits of one type, not " + classes + " and " + masks);
        }
        DataType dataType = classes.dataType();
        Shape maskShape = masks.shape();
        return new HeadLayout(size(classes, 0), size(classes, 1), size(classes, 2) - 1,
                new HeadLayout.Size(Math.toIntExact(maskShape.get(2).size()), Math.toIntExact(maskShape.get(3).size())), network, dataType);
    }

    /// Beyond the valid size the normalised mean, which is 0.
    private static PixelsLayout layout(Operation.Pixels pixels, List<TensorType> inputs) {
        TensorType samples = inputs.getFirst();
        return new PixelsLayout(size(samples, 0), size(samples, 1), size(samples, 2), pixels.to(), PixelsLayout.Order.PLANES,
                colour(pixels.mean()), colour(pixels.deviation()), PixelsLayout.Colour.ZERO);
    }

    private static PixelsLayout.Colour colour(List<Float> channels) {
        return new PixelsLayout.Colour(channels.get(0), channels.get(1), channels.get(2));
    }

    private record DeformableAttentionStep(Node node, DeformableAttentionKernel kernel) implements KernelStep {
        @Override
        public long workspaceBytes() {
            return 0;
        }

        @Override
        public void enqueue(ToLongFunction<String> addresses, long workspace, long stream) {
            List<String> inputs = node.inputs();
            kernel.enqueue(addresses.applyAsLong(inputs.getFirst()), addresses.applyAsLong(inputs.get(1)),
                    addresses.applyAsLong(inputs.get(2)), addresses.applyAsLong(node.output()), stream);
        }

        @Override
        public void close() {
            kernel.close();
        }
    }

    private record AttentionStep(Node node, AttentionKernel kernel) implements KernelStep {
        @Override
        public long workspaceBytes() {
            return kernel.workspaceBytes();
        }

        @Override
        public void enqueue(ToLongFunction<String> addresses, long workspace, long stream) {
            List<String> inputs = node.inputs();
            OptionalLong blocked = inputs.size() == 4 ? OptionalLong.of(addresses.applyAsLong(inputs.get(3))) : OptionalLong.empty();
            kernel.enqueue(addresses.applyAsLong(inputs.getFirst()), addresses.applyAsLong(inputs.get(1)),
                    addresses.applyAsLong(inputs.get(2)), blocked, workspace, addresses.applyAsLong(node.output()), stream);
        }

        @Override
        public void close() {
            kernel.close();
        }
    }

    private record HeadStep(Node node, HeadKernel kernel) implements KernelStep {
        @Override
        public long workspaceBytes() {
            return kernel.workspaceBytes();
        }

        @Override
        public void enqueue(ToLongFunction<String> addresses, long workspace, long stream) {
            HeadLogits logits = new HeadLogits(addresses.applyAsLong(node.inputs().getFirst()),
                    addresses.applyAsLong(node.inputs().get(1)));
            kernel.enqueue(logits, workspace, addresses.applyAsLong(node.output()), stream);
        }

        @Override
        public void close() {
            kernel.close();
        }
    }

    /// @param names what the graph's inputs and outputs are called outside
    private record GraphStep(Node node, Map<String, String> names, GraphKernel kernel) implements KernelStep {
        static GraphStep of(Node node, Graph graph, GraphKernel kernel) {
            Map<String, String> names = new HashMap<>();
            for (int i = 0; i < node.inputs().size(); i++) {
                names.put(graph.inputs().get(i), node.inputs().get(i));
            }
            for (int i = 0; i < node.outputs().size(); i++) {
                names.put(graph.outputs().get(i), node.outputs().get(i));
            }
            return new GraphStep(node, Map.copyOf(names), kernel);
        }

        @Override
        public long workspaceBytes() {
            return kernel.workspaceBytes();
        }

        @Override
        public void enqueue(ToLongFunction<String> addresses, long workspace, long stream) {
            kernel.enqueue(value -> addresses.applyAsLong(outside(value)), workspace, stream);
        }

        private String outside(String value) {
            String name = names.get(value);
            if (name == null) {
                throw new EngineException("node '" + node.name() + "': its kernel reads '" + value + "', which is computed within");
            }
            return name;
        }

        @Override
        public void close() {
            kernel.close();
        }
    }

    private record PixelsStep(Node node, PixelsKernel kernel) implements KernelStep {
        @Override
        public long workspaceBytes() {
            return 0;
        }

        @Override
        public void enqueue(ToLongFunction<String> addresses, long workspace, long stream) {
            kernel.enqueue(addresses.applyAsLong(node.inputs().getFirst()), addresses.applyAsLong(node.inputs().get(1)),
                    addresses.applyAsLong(node.output()), stream);
        }

        @Override
        public void close() {
            kernel.close();
        }
    }
}
