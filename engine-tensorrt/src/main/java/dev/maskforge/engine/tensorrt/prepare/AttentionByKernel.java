package dev.maskforge.engine.tensorrt.prepare;

import dev.maskforge.engine.tensorrt.kernels.attention.AttentionLayout;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.TensorType;
import java.util.List;
import java.util.Set;

/// The attentions of a graph that become a kernel of ours: those of few queries, over many keys that are not the queries' own or,
/// if so it is asked, over any.
///
/// What follows from none of the graph's inputs, such as the queries of the first layer, is folded into a constant. Such an
/// attention stays with TensorRT, too, unless any is asked for.
final class AttentionByKernel {
    private static final long MOST_QUERIES = 256;
    /// Up to here TensorRT's one kernel, which is fused with what surrounds it, is taken not to be worth a cut.
    private static final long FEWEST_KEYS = 1024;

    private final Graph graph;
    private final AttentionForm form;
    private final Set<String> ofInputs;

    private AttentionByKernel(Graph graph, AttentionForm form, Set<String> ofInputs) {
        this.graph = graph;
        this.form = form;
        this.ofInputs = ofInputs;
    }

    static AttentionByKernel of(Graph graph, AttentionForm form) {
        return new AttentionByKernel(graph, form, Neighbours.ofInputs(graph));
    }

    boolean takes(Node node) {
        if (form == AttentionForm.NETWORK || !(node.operation() instanceof Operation.Attention(int heads))) {
            return false;
        }
        List<TensorType> inputs = node.inputs().stream().map(graph::type).toList();
        TensorType query = inputs.getFirst();
        Dimension channels = query.shape().get(2);
        Dimension queries = query.shape().get(1);
        Dimension keys = inputs.get(1).shape().get(1);
        boolean isFloat = query.dataType() == DataType.FLOAT32 || query.dataType() == DataType.FLOAT16;
        boolean isOneType = inputs.stream().limit(3).allMatch(type -> type.dataType() == query.dataType());
        boolean always = form == AttentionForm.KERNEL_ALWAYS;
        boolean isOfInputs = always ? node.inputs().stream().anyMatch(ofInputs::contains) : ofInputs.containsAll(node.inputs());
        return isFloat && isOneType && isOfInputs && channels.isConstant()
                && AttentionLayout.takes(channels.size() / heads) && queries.isConstant() && queries.size() <= MOST_QUERIES
                && (always || !keys.equals(queries) && (!keys.isConstant() || keys.size() >= FEWEST_KEYS));
    }
}
