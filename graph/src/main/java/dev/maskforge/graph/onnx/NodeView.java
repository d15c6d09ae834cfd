package dev.maskforge.graph.onnx;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Operation.Attribute;
import dev.maskforge.graph.TensorType;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// One node as its meaning is looked for: its attributes with their defaults, and what is known of its inputs. It remembers
/// which attributes were asked for, so that none is passed over.
final class NodeView {
    private final OnnxNode node;
    private final Knowledge knowledge;
    private final List<String> inputs;
    private final Set<String> asked = new HashSet<>();
    private boolean strange;

    NodeView(OnnxNode node, Knowledge knowledge) {
        this.node = node;
        this.knowledge = knowledge;
        int given = node.inputs().size();
        while (given > 0 && node.inputs().get(given - 1).isEmpty()) {
            given--;
        }
        this.inputs = node.inputs().subList(0, given);
    }

    String type() {
        return node.type();
    }

    /// The inputs, without those left out at the end.
    List<String> inputs() {
        return inputs;
    }

    boolean hasInput(int index) {
        return index < inputs.size() && !inputs.get(index).isEmpty();
    }

    /// The type of an input that is there.
    TensorType inputType(int index) {
        return knowledge.type(inputs.get(index));
    }

    int rank() {
        return inputType(0).shape().rank();
    }

    /// The elements of an input of whole numbers, if it is there and they are known.
    Optional<List<Dimension>> sizes(int index) {
        return hasInput(index) ? knowledge.sizes(inputs.get(index)).map(Knowledge.Sizes::elements) : Optional.empty();
    }

    /// The same where they are fixed.
    Optional<long[]> numbers(int index) {
        return sizes(index).filter(sizes -> sizes.stream().allMatch(Dimension::isConstant))
                .map(sizes -> sizes.stream().mapToLong(Dimension::size).toArray());
    }

    /// The elements of a float32 input, if it is there and constant.
    Optional<float[]> floats(int index) {
        return hasInput(index) ? knowledge.floats(inputs.get(index)) : Optional.empty();
    }

    /// Whether only the first output is wanted.
    boolean hasOneOutput() {
        return !node.outputs().isEmpty() && node.outputs().stream().skip(1).allMatch(String::isEmpty);
    }

    boolean has(String attribute) {
        return node.attributes().containsKey(attribute);
    }

    long integral(String name, long otherwise) {
        asked.add(name);
        return switch (node.attributes().get(name)) {
            case null -> otherwise;
            case Attribute.Integral(long value) -> value;
            default -> strange(otherwise);
        };
    }

    float floatingPoint(String name, float otherwise) {
        asked.add(name);
        return switch (node.attributes().get(name)) {
            case null -> otherwise;
            case Attribute.FloatingPoint(float value) -> value;
            default -> strange(otherwise);
        };
    }

    String text(String name, String otherwise) {
        asked.add(name);
        return switch (node.attributes().get(name)) {
            case null -> otherwise;
            case Attribute.Text(String value) -> value;
            default -> strange(otherwise);
        };
    }

    List<Long> integrals(String name, List<Long> otherwise) {
        asked.add(name);
        return switch (node.attributes().get(name)) {
            case null -> otherwise;
            case Attribute.Integrals(List<Long> values) -> values;
            default -> strange(otherwise);
        };
    }

    /// Passes over an attribute that does not matter to inference.
    void ignore(String name) {
        asked.add(name);
    }

    /// Whether every attribute was asked for and was of the kind that it was taken for.
    boolean isUnderstood() {
        return !strange && asked.containsAll(node.attributes().keySet());
    }

    private <T> T strange(T otherwise) {
        strange = true;
        return otherwise;
    }
}
