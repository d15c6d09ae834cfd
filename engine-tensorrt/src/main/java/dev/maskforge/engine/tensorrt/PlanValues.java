package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.Partition;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// The values that a plan has beside the inputs and outputs of its graph.
///
/// @param between   what one step gives and another takes
/// @param constants that kernels of ours take; segments carry theirs
record PlanValues(SequencedMap<String, TensorType> between, SequencedMap<String, Tensor> constants) {
    PlanValues {
        between = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(between));
        constants = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(constants));
    }

    /// Those of a graph that is cut like this.
    static PlanValues of(Partition partition, Graph graph) {
        SequencedMap<String, TensorType> between = new LinkedHashMap<>();
        SequencedMap<String, Tensor> constants = new LinkedHashMap<>();
        for (Partition.Step step : partition.steps()) {
            switch (step) {
                case Partition.Step.Segment(Graph segment) -> segment.outputs().forEach(name -> between.put(name, segment.type(name)));
                case Partition.Step.Kernel kernel -> {
                    kernel.node().inputs().forEach(name -> {
                        Tensor constant = graph.initializers().get(name);
                        if (constant != null) {
                            constants.put(name, constant);
                        }
                    });
                    // A selection of columns lies in the matrix that it is of.
                    if (!(kernel.node().operation() instanceof Operation.Slice)) {
                        kernel.node().outputs().forEach(name -> between.put(name, graph.type(name)));
                    }
                }
            }
        }
        graph.outputs().forEach(between::remove);
        return new PlanValues(between, constants);
    }
}
