package dev.maskforge.passes.recognise;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.GraphBuilder;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation.Attribute;
import dev.maskforge.graph.Operation.Foreign;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.LongStream;

/// What moves elements in ONNX's words -> in ours:
/// Unsqueeze, Squeeze, Flatten -> Reshape; Split -> Slices; Slice along several axes or with steps -> Slices and Gathers;
/// Tile of axes of size 1, ConstantOfShape -> Expand; Range from anywhere -> Range from 0, scaled and moved
final class TranslateViews implements Rule {
    private static final Set<String> RESHAPES = Set.of("Unsqueeze", "Squeeze", "Flatten");

    @Override
    public String name() {
        return "translate shapes and slices";
    }

    @Override
    public Finding find(Node last, Wiring wiring) {
        if (!(last.operation() instanceof Foreign(String domain, String type, _, _)) || !domain.isEmpty()) {
            return Finding.NOTHING;
        }
        if (!last.outputs().stream().filter(output -> !output.isEmpty()).allMatch(wiring::isOfToldSize)) {
            return Finding.NOTHING;
        }
        if (RESHAPES.contains(type)) {
            Shape shape = wiring.shape(last.output());
            return Finding.found((values, _) -> values.apply(last.inputs().getFirst()).reshape(shape));
        }
        return switch (type) {
            case "Split" -> split(last, wiring);
            case "Slice" -> ForeignAttributes.of(last, type).map(node -> slice(node, wiring)).orElse(Finding.NOTHING);
            case "Tile" -> tile(last, wiring);
            case "ConstantOfShape" -> filled(last, wiring);
            case "Range" -> counted(last, wiring);
            default -> Finding.NOTHING;
        };
    }

    private static Finding split(Node last, Wiring wiring) {
        if (last.outputs().contains("")) {
            return Finding.declined("a part is left out");
        }
        Shape shape = wiring.shape(last.inputs().getFirst());
        long stated = ForeignAttributes.of(last, "Split").map(node -> node.integral("axis", 0)).orElse(0L);
        int axis = shape.axis(Math.toIntExact(stated));
        return new Finding.Found((values, _) -> {
            List<Value> parts = new ArrayList<>();
            Dimension start = Dimension.ZERO;
            for (String output : last.outputs()) {
                Dimension end = start.plus(wiring.shape(output).get(axis));
                parts.add(values.apply(last.inputs().getFirst()).slice(axis, start, end));
                start = end;
            }
            return parts;
        });
    }

    /// One axis after the other.
    private static Finding slice(ForeignAttributes node, Wiring wiring) {
        Optional<List<Long>> starts = node.integrals(1, wiring);
        Optional<List<Long>> ends = node.integrals(2, wiring);
        Optional<List<Long>> axes = node.hasInput(3)
                ? node.integrals(3, wiring)
                : starts.map(list -> LongStream.range(0, list.size()).boxed().toList());
        Optional<List<Long>> steps = node.hasInput(4)
                ? node.integrals(4, wiring)
                : starts.map(list -> list.stream().map(_ -> 1L).toList());
        Shape shape = wiring.shape(node.input(0));
        if (starts.isEmpty() || ends.isEmpty() || axes.isEmpty() || steps.isEmpty() || !shape.isConstant()) {
            return Finding.declined("where it begins and ends is not fixed; fix the size");
        }
        if (steps.get().stream().anyMatch(step -> step <= 0)) {
            return Finding.declined("it runs backwards");
        }
        return Finding.found((values, builder) -> {
            Value x = values.apply(node.input(0));
            for (int i = 0; i < starts.get().size(); i++) {
                int axis = shape.axis(Math.toIntExact(axes.get().get(i)));
                long size = shape.get(axis).size();
                x = sliced(x, axis, position(starts.get().get(i), size), position(ends.get().get(i), size), steps.get().get(i), builder);
            }
            return x;
        });
    }

    /// Negative positions count from the end, those beyond are the end.
    private static long position(long stated, long size) {
        return Math.clamp(stated < 0 ? stated + size : stated, 0, size);
    }

    private static Value sliced(Value x, int axis, long start, long end, long step, GraphBuilder builder) {
        if (step == 1 || end <= start) {
            return x.slice(axis, start, Math.max(start, end));
        }
        long[] indices = LongStream.iterate(start, index -> index < end, index -> index + step).toArray();
        return x.gather(axis, builder.constant("indices", Tensor.of(Shape.of(indices.length), indices)));
    }

    private static Finding tile(Node last, Wiring wiring) {
        Shape from = wiring.shape(last.inputs().getFirst());
        Shape to = wiring.shape(last.output());
        for (int axis = 0; axis < from.rank(); axis++) {
            if (!from.get(axis).equals(to.get(axis)) && !from.get(axis).equals(Dimension.ONE)) {
                return Finding.declined("axis " + axis + " of " + from + " is repeated as a whole");
            }
        }
        return Finding.found((values, _) -> values.apply(last.inputs().getFirst()).expand(to.dimensions().toArray(Dimension[]::new)));
    }

    private static Finding counted(Node last, Wiring wiring) {
        TensorType type = wiring.type(last.output());
        OptionalDouble start = wiring.uniform(last.inputs().get(0));
        OptionalDouble step = wiring.uniform(last.inputs().get(2));
        boolean isFloat = type.dataType() == DataType.FLOAT32;
        if (start.isEmpty() || step.isEmpty() || !isFloat && type.dataType() != DataType.INT64) {
            return Finding.declined("where it starts is not fixed");
        }
        return Finding.found((_, builder) -> {
            Value range = builder.range(type.shape().get(0)).cast(type.dataType());
            return isFloat
                    ? range.multiply((float) step.getAsDouble()).add((float) start.getAsDouble())
                    : range.multiply(builder.constant((long) step.getAsDouble())).add(builder.constant((long) start.getAsDouble()));
        });
    }

    private static Finding filled(Node last, Wiring wiring) {
        TensorType type = wiring.type(last.output());
        Tensor filling = last.operation() instanceof Foreign foreign
                && foreign.attributes().get("value") instanceof Attribute.Constant(var tensor)
                        ? tensor
                        : Tensor.scalar(0);
        if (filling.elementCount() != 1 || filling.dataType() != type.dataType()) {
            return Finding.NOTHING;
        }
        return Finding.found((_, builder) -> builder.constant("filling", filling.reshape(new Shape(List.of())))
                .expand(type.shape().dimensions().toArray(Dimension[]::new)));
    }
}
