package dev.maskforge.graph;

import java.util.List;

/// One operation in a graph, with the names of the values that go in and come out. An optional input that is left out in
/// the middle is the empty name.
public record Node(String name, Operation operation, List<String> inputs, List<String> outputs) {
    public Node {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /// The only output.
    ///
    /// @throws IllegalStateException if there are several
    public String output() {
        if (outputs.size() != 1) {
            throw new IllegalStateException("node '" + name + "' has " + outputs.size() + " outputs");
        }
        return outputs.getFirst();
    }
}
