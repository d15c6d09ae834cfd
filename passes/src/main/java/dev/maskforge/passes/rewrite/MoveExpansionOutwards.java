package dev.maskforge.passes.rewrite;

import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.Expand;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.ShapeInference;
import dev.maskforge.graph.TensorType;
import dev.maskforge.graph.Value;
import dev.maskforge.passes.Pass;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/// f(Expand(x)) -> Expand(f(x)), where Expand repeats x for each picture of the batch and f treats each picture alike; and
/// f(Expand(x), y) -> f(x, y), where f broadcasts by itself.
///
/// Exact: the same is computed once instead of once for each picture. Queries start as constants, so that what the first
/// decoder layer computes of them alone becomes constant though the batch is free
/// ([dev.maskforge.passes.FoldConstants]).
public final class MoveExpansionOutwards implements Pass {
    @Override
    public String name() {
        return "move expansion over the batch outwards";
    }

    @Override
    public Outcome apply(Graph graph) {
        return Rule.apply(graph, new Moving()::at);
    }

    private static final class Moving {
        /// What values are expansions of, by their names in the graph as it was.
        private final Map<String, Value> sources = new HashMap<>();

        Verdict at(Node node, Site site) {
            if (node.operation() instanceof Expand(Shape shape)) {
                String x = node.inputs().getFirst();
                if (site.shape(x).equals(shape.rank() == 0 ? shape : shape.with(0, Dimension.ONE))) {
                    sources.put(node.output(), site.value(x));
                }
                return Verdict.keep();
            }
            if (node.inputs().stream().noneMatch(sources::containsKey)) {
                return Verdict.keep();
            }
            List<Value> narrow = node.inputs().stream()
                    .map(name -> Optional.ofNullable(sources.get(name)).orElseGet(() -> site.value(name)))
                    .toList();
            Shape shape = site.shape(node.output());
            if (broadcasts(node.operation())
                    && typeOf(node.operation(), narrow).filter(site.graph().type(node.output())::equals).isPresent()) {
                return Verdict.replace(site.builder().add(node.operation(), narrow.toArray(Value[]::new)));
            }
            return perPicture(node, site).flatMap(operation -> typeOf(operation, narrow)
                    .filter(type -> shape.rank() > 0 && type.shape().equals(shape.with(0, Dimension.ONE)))
                    .map(_ -> site.builder().add(operation, narrow.toArray(Value[]::new)))).map(value -> {
                        sources.put(node.output(), value);
                        return Verdict.replace(value.expand(shape.dimensions().toArray(Dimension[]::new)));
                    }).orElseGet(Verdict::keep);
        }

        private static boolean broadcasts(Operation operation) {
            return operation instanceof Operation.Binary || operation instanceof Operation.Where || operation instanceof Operation.MatMul;
        }

        private static Optional<TensorType> typeOf(Operation operation, List<Value> inputs) {
            try {
                return Optional.of(ShapeInference.infer(operation, inputs.stream().map(Value::type).toList()).getFirst());
            } catch (IllegalArgumentException _) {
                return Optional.empty();
            }
        }

        /// The operation on one picture, if it does not mix pictures.
        private Optional<Operation> perPicture(Node node, Site site) {
            Operation operation = node.operation();
            Shape shape = site.shape(node.inputs().getFirst());
            boolean isOfFirst = sources.containsKey(node.inputs().getFirst()) && shape.rank() > 1;
            boolean isOfAll = node.inputs().stream().allMatch(sources::containsKey);
            boolean keepsBatch = switch (operation) {
                case Operation.Unary _,Operation.Cast _,Operation.Binary _,Operation.Where _,Operation.MatMul _ -> true;
                case Operation.Linear _,Operation.LayerNormalization _ -> isOfFirst
                        && IntStream.range(1, node.inputs().size()).noneMatch(i -> sources.containsKey(node.inputs().get(i)));
                case Operation.Attention _ -> isOfAll;
                case Operation.Softmax(int axis) -> shape.axis(axis) != 0;
                case Operation.Concat(int axis) -> isOfAll && shape.axis(axis) != 0;
                case Operation.Slice(int axis, _, _) -> shape.axis(axis) != 0;
                case Operation.Reduce(_, List<Integer> axes, _) -> axes.stream().noneMatch(axis -> shape.axis(axis) == 0);
                case Operation.Transpose(List<Integer> permutation) -> permutation.getFirst() == 0;
                case Operation.Reshape(Shape to) -> to.rank() > 0 && to.get(0).equals(shape.get(0));
                default -> false;
            };
            if (!keepsBatch) {
                return Optional.empty();
            }
            return Optional
                    .of(operation instanceof Operation.Reshape(Shape to) ? new Operation.Reshape(to.with(0, Dimension.ONE)) : operation);
        }
    }
}
