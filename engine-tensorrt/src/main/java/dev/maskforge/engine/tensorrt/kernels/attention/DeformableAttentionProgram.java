package dev.maskforge.engine.tensorrt.kernels.attention;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.kernels.ValueUses;
import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Node;
import dev.maskforge.graph.Operation;
import dev.maskforge.graph.Operation.BinaryFunction;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// What the kernel of deformable attention does for the graph of a `Subgraph`:
///
/// ```
/// value   = columns of a matrix                                              [N, S, heads·channels]
/// offsets = columns of a product + columns of a table                        [N, S, heads·levels·points·2]
/// logits  = columns of a product + columns of a table                        [N, S, heads·levels·points]
/// sampled = DeformableAttention(value, offsets, logits)                       [N, S, heads·channels]
/// ```
/// Columns are taken by Slice, also of sums, and of what Concat joins: the matrices themselves are read where they lie. All three may be
/// of one merged product, and both tables columns of one. A table has a row for each token, and one picture's for all or as many as there
/// are. The kernel adds in float32 and does not round the sums.
///
/// @param attention the operation
/// @param value     what is sampled
/// @param offsets   where
/// @param logits    of the weights
/// @param output    the result's name
public record DeformableAttentionProgram(Operation.DeformableAttention attention, Columns value, Sum offsets, Sum logits, String output) {
    /// Kernels load so much of values at once.
    private static final long ALIGNMENT = 16;

    /// Columns `[..., start:start + width]` of a matrix that the kernel reads.
    ///
    /// @param matrix its name
    /// @param type   `[N, S, C]`, of a table `[1, S, C]` or `[S, C]`, too
    public record Columns(String matrix, TensorType type, long start, long width) {}

    /// What the kernel adds up.
    ///
    /// @param product computed from the picture
    /// @param table   what is added to it
    public record Sum(Columns product, Columns table) {}

    /// A program, the nodes whose work it does, and the values that are added as tables, as they come before columns are taken of them.
    public record Match(DeformableAttentionProgram program, Set<Node> nodes, Set<String> tables) {
        public Match {
            nodes = Set.copyOf(nodes);
            tables = Set.copyOf(tables);
        }
    }

    /// The program of a whole graph.
    ///
    /// @throws EngineException if the kernel does not do what it computes
    public static DeformableAttentionProgram of(Graph graph) {
        return Optional.of(graph.nodes().getLast()).filter(last -> graph.outputs().equals(last.outputs()))
                .flatMap(last -> matching(graph, last, _ -> true))
                .filter(match -> match.nodes().size() == graph.nodes().size()).map(Match::program).orElseThrow(() -> new EngineException(
                        "the kernel of deformable attention does not do what the plan's step computes; build it anew"));
    }

    /// Whether a graph is of the kind that the kernel is for.
    public static boolean isFor(Graph graph) {
        return graph.nodes().stream().anyMatch(node -> node.operation() instanceof Operation.DeformableAttention);
    }

    /// The program that ends with a node of a graph, if there is one.
    ///
    /// @param isTable which values may be added as tables
    public static Optional<Match> matching(Graph graph, Node last, Predicate<String> isTable) {
        return last.operation() instanceof Operation.DeformableAttention attention
                ? new Matcher(graph, isTable).match(attention, last)
                : Optional.empty();
    }

    /// Goes up from the operation.
    private static final class Matcher {
        private final Graph graph;
        private final Predicate<String> isTable;
        private final ValueUses uses;
        private final Set<Node> nodes = new HashSet<>();
        private final Set<String> tables = new HashSet<>();

        Matcher(Graph graph, Predicate<String> isTable) {
            this.graph = graph;
            this.isTable = isTable;
            this.uses = ValueUses.of(graph);
        }

        Optional<Match> match(Operation.DeformableAttention attention, Node last) {
            nodes.add(last);
            Columns value = columns(last.inputs().getFirst());
            return sum(last.inputs().get(1)).flatMap(offsets -> sum(last.inputs().get(2))
                    .map(logits -> new DeformableAttentionProgram(attention, value, offsets, logits, last.output())))
                    .filter(DeformableAttentionProgram::isTaken).map(program -> new Match(program, nodes, tables));
        }

        private Optional<Sum> sum(String value) {
            Columns whole = columns(value);
            return uses.giver(whole.matrix(), Integer.MAX_VALUE)
                    .filter(node -> node.operation().equals(new Operation.Binary(BinaryFunction.ADD)))
                    .flatMap(add -> sum(add, whole, 0, 1).or(() -> sum(add, whole, 1, 0)).map(sum -> {
                        nodes.add(add);
                        return sum;
                    }));
        }

        /// @param product which of the two is the product
        private Optional<Sum> sum(Node add, Columns columns, int product, int table) {
            String added = add.inputs().get(table);
            Dimension width = graph.type(add.output()).shape().get(-1);
            boolean areAsWide = add.inputs().stream().map(name -> graph.type(name).shape())
                    .allMatch(shape -> shape.rank() > 1 && shape.get(-1).equals(width));
            boolean isWhole = graph.type(add.inputs().get(product)).equals(graph.type(add.output()));
            if (!areAsWide || !isWhole || !isTable.test(added)) {
                return Optional.empty();
            }
            tables.add(added);
            return Optional.of(new Sum(columns(at(add.inputs().get(product), columns.start(), columns.width())),
                    columns(at(added, columns.start(), columns.width()))));
        }

        private Columns columns(String value) {
            Dimension width = graph.type(value).shape().rank() == 0 ? Dimension.ONE : graph.type(value).shape().get(-1);
            Columns all = at(value, 0, width.isConstant() ? width.size() : 0);
            return all.width() > 0 ? columns(all) : all;
        }

        /// As far up as columns are columns of something, by nodes that are noted.
        private Columns columns(Columns columns) {
            Columns highest = columns;
            // A loop, since a hostile plan may have any number of them.
            for (Optional<Columns> above = above(columns); above.isPresent(); above = above(highest)) {
                highest = above.get();
            }
            return highest;
        }

        private Optional<Columns> above(Columns columns) {
            Optional<Node> giver = uses.giver(columns.matrix(), Integer.MAX_VALUE);
            Optional<Columns> above = giver.flatMap(node -> switch (node.operation()) {
                case Operation.Slice(int axis, Dimension start, _) when isLast(axis, node) && start.isConstant() && start.size() >= 0 ->
                    Optional.of(at(node.inputs().getFirst(), columns.start() + start.size(), columns.width()));
                case Operation.Concat(int axis) when isLast(axis, node) -> part(node, columns);
                default -> Optional.empty();
            });
            above.ifPresent(_ -> giver.ifPresent(nodes::add));
            return above;
        }

        private boolean isLast(int axis, Node node) {
            Shape shape = graph.type(node.output()).shape();
            return shape.rank() > 1 && shape.axis(axis) == shape.rank() - 1;
        }

        /// Columns of one of those that are joined.
        private Optional<Columns> part(Node concat, Columns columns) {
            long start = 0;
            for (String input : concat.inputs()) {
                Dimension width = graph.type(input).shape().get(-1);
                if (!width.isConstant()) {
                    return Optional.empty();
                }
                if (columns.start() >= start && columns.start() + columns.width() <= start + width.size()) {
                    return Optional.of(at(input, columns.start() - start, columns.width()));
                }
                start += width.size();
            }
            return Optional.empty();
        }

        private Columns at(String matrix, long start, long width) {
            return new Columns(matrix, graph.type(matrix), start, width);
        }
    }

    private boolean isTaken() {
        Shape shape = value.type().shape();
        return isRead(value) && shape.rank() == 3 && isAligned(value)
                && List.of(offsets, logits).stream().allMatch(sum -> isRead(sum.product()) && isRead(sum.table())
                        && rows(sum.product().type().shape()).equals(rows(shape)) && isOfTokens(sum.table().type().shape(), shape))
                && offsets.product().type().dataType() == logits.product().type().dataType()
                && offsets.table().type().dataType() == logits.table().type().dataType()
                && arePairs(offsets.product()) && arePairs(offsets.table());
    }

    /// Without its columns.
    private static Shape rows(Shape shape) {
        return shape.with(-1, Dimension.ONE);
    }

    private static boolean isOfTokens(Shape table, Shape wanted) {
        boolean isForEach = table.rank() == 3 && (table.get(0).equals(Dimension.ONE) || table.get(0).equals(wanted.get(0)));
        return (table.rank() == 2 || isForEach) && table.get(-2).equals(wanted.get(1));
    }

    private static boolean isRead(Columns columns) {
        DataType type = columns.type().dataType();
        Dimension row = columns.type().shape().get(-1);
        return (type == DataType.FLOAT16 || type == DataType.FLOAT32) && row.isConstant() && row.size() <= Integer.MAX_VALUE
                && columns.width() > 0 && columns.start() <= row.size() - columns.width();
    }

    /// Columns of a wider matrix as the kernel loads them.
    private static boolean isAligned(Columns columns) {
        int bytes = columns.type().dataType().bytes();
        long row = columns.type().shape().get(-1).size();
        return row == columns.width() || columns.start() * bytes % ALIGNMENT == 0 && row * bytes % ALIGNMENT == 0;
    }

    private static boolean arePairs(Columns columns) {
        return columns.start() % 2 == 0 && columns.type().shape().get(-1).size() % 2 == 0;
    }
}
