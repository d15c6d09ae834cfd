package dev.maskforge.passes.recognise;

import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation.Attribute;
import dev.maskforge.graph.Operation.Foreign;
import dev.maskforge.graph.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/// A node of ONNX's own domain that came from elsewhere, with the questions that rules ask of it.
///
/// @param node    the node
/// @param foreign its operation
record ForeignAttributes(Node node, Foreign foreign) {
    /// The node, if it is such a one of this type.
    static Optional<ForeignAttributes> of(Node node, String type) {
        return node.operation() instanceof Foreign foreign && foreign.domain().isEmpty() && foreign.type().equals(type)
                ? Optional.of(new ForeignAttributes(node, foreign))
                : Optional.empty();
    }

    String input(int index) {
        return hasInput(index) ? node.inputs().get(index) : "";
    }

    boolean hasInput(int index) {
        return index < node.inputs().size() && !node.inputs().get(index).isEmpty();
    }

    long integral(String name, long otherwise) {
        return foreign.attributes().get(name) instanceof Attribute.Integral(long value) ? value : otherwise;
    }

    float floatingPoint(String name, float otherwise) {
        return foreign.attributes().get(name) instanceof Attribute.FloatingPoint(float value) ? value : otherwise;
    }

    String text(String name) {
        return foreign.attributes().get(name) instanceof Attribute.Text(String value) ? value : "";
    }

    /// What an attribute that was to become an input lists, or that input; nothing if neither is constant.
    Optional<List<Long>> integrals(String name, int index, Wiring wiring) {
        if (foreign.attributes().get(name) instanceof Attribute.Integrals(List<Long> values)) {
            return Optional.of(values);
        }
        return hasInput(index) ? integrals(index, wiring) : Optional.empty();
    }

    Optional<List<Long>> integrals(int index, Wiring wiring) {
        return wiring.constant(input(index)).filter(tensor -> tensor.shape().rank() <= 1 && tensor.elementCount() <= 64)
                .flatMap(ForeignAttributes::longs);
    }

    private static Optional<List<Long>> longs(Tensor tensor) {
        return switch (tensor.dataType()) {
            case INT64, INT32 ->
                Optional.of(LongStream.range(0, tensor.elementCount()).mapToObj(i -> (long) Wiring.elements(tensor).applyAsDouble(i))
                        .toList());
            default -> Optional.empty();
        };
    }
}
