package dev.maskforge.passes.rewrite;

import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.Pass;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// f(x), f(x) -> one f(x) for both; small constants of equal elements are one, too.
///
/// Exact: operations give the same for the same. Those of others are left alone, since some draw random numbers.
public final class ShareEqualNodes implements Pass {
    /// The largest constant in bytes that is compared with others: tables of positions are a few hundred.
    private static final long LARGEST = 16 * 1024;

    @Override
    public String name() {
        return "share equal nodes";
    }

    @Override
    public Outcome apply(Graph graph) {
        Site site = new Site(graph);
        Map<Contents, String> constants = new HashMap<>();
        graph.initializers().forEach((name, tensor) -> {
            if (tensor.memory().byteSize() <= LARGEST) {
                String first = constants.putIfAbsent(Contents.of(tensor), name);
                if (first != null) {
                    site.alias(name, first);
                }
            }
        });
        Map<Application, String> known = new HashMap<>();
        return Rule.apply(site, (node, at) -> share(node, at, known));
    }

    private static Verdict share(Node node, Site site, Map<Application, String> known) {
        if (node.operation() instanceof Operation.Foreign) {
            return Verdict.keep();
        }
        String first = known.putIfAbsent(new Application(node.operation(), site.inputs(node)), node.output());
        return first == null || site.graph().outputs().contains(node.output())
                ? Verdict.keep()
                : Verdict.replace(site.value(first));
    }

    private record Application(Operation operation, List<Value> inputs) {}

    private record Contents(TensorType type, ByteBuffer elements) {
        static Contents of(Tensor tensor) {
            return new Contents(tensor.type(), ByteBuffer.wrap(tensor.memory().toArray(ValueLayout.JAVA_BYTE)));
        }
    }
}
