package dev.maskforge.engine.tensorrt.kernels.queries;

import dev.maskforge.engine.tensorrt.kernels.queries.QueryStage.Addends;
import dev.maskforge.engine.tensorrt.kernels.queries.QueryStage.Intake;
import dev.maskforge.engine.tensorrt.kernels.queries.QueryStage.Operand;
import dev.maskforge.engine.tensorrt.kernels.queries.QueryStage.Result;
import dev.maskforge.graph.Graph;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Steps -> launches of stages, each value in a buffer as long as a launch needs it, or in global memory.
///
/// A step goes into the launch at hand if that launch has, or earlier ones have written, all that it takes, and there is a buffer for
/// what it gives; otherwise it begins the next. Attention always begins one: where there are fewer heads than blocks, some blocks have
/// no part in it, so that what it sends says nothing of where these are.
final class QueryPlacement {
    /// Less what may follow to receive what nobody has.
    private static final int MOST_STAGES = QueryLayout.MOST_STAGES - QueryLayout.BUFFERS;

    private final Graph graph;
    private final QueryFusion.Fused fused;
    private final List<QueryStep> order;
    /// The launch that makes a value.
    private final Map<String, Integer> made = new HashMap<>();
    private final Set<String> written = new HashSet<>();
    private final List<List<QueryStage>> launches = new ArrayList<>();
    private List<QueryStage> stages = new ArrayList<>();
    private Buffer[] buffers = empty();
    /// The last stage whose values have been received in the launch; -1 if there is none.
    private int received = -1;
    /// The last stage of the launch that keeps sums where feed-forward networks send theirs to; -1 if none.
    private int lastSums = -1;
    private int next;

    private QueryPlacement(Graph graph, QueryFusion.Fused fused) {
        this.graph = graph;
        this.fused = fused;
        this.order = QueryOrder.of(fused.steps(), fused.columns());
        this.written.addAll(graph.outputs());
    }

    /// The stages.
    ///
    /// @param launches of stages
    /// @param written  values that are written to global memory
    record Placed(List<List<QueryStage>> launches, Set<String> written) {}

    /// What a buffer has.
    ///
    /// @param value    empty if there is none
    /// @param sent     by which stage, if it has not been received
    /// @param lastRead by which stage; -1 if by none
    private record Buffer(String value, int sent, int lastRead) {
        static final Buffer EMPTY = new Buffer("", -1, -1);

        boolean isPending() {
            return sent >= 0;
        }
    }

    static Placed of(Graph graph, QueryFusion.Fused fused) {
        QueryPlacement placement = new QueryPlacement(graph, fused);
        for (QueryStep step : placement.order) {
            placement.next++;
            if (!placement.place(step)) {
                placement.endLaunch();
                if (!placement.place(step)) {
                    throw QueryFusion.refusal("'" + step.output() + "' adds two values that lie elsewhere, or takes what is overwritten");
                }
            }
        }
        placement.endLaunch();
        List<List<QueryStage>> launches = placement.launches.stream().map(placement::withResults).toList();
        return new Placed(launches, Collections.unmodifiableSet(placement.written));
    }

    private static Buffer[] empty() {
        Buffer[] buffers = new Buffer[QueryLayout.BUFFERS];
        Arrays.fill(buffers, Buffer.EMPTY);
        return buffers;
    }

    private boolean place(QueryStep step) {
        if (stages.size() + 2 > MOST_STAGES) {
            return false;
        }
        boolean isPlaced = switch (step) {
            case QueryStep.Product product -> placeProduct(product);
            case QueryStep.FeedForward network -> placeFeedForward(network);
            case QueryStep.Normalisation normalisation -> placeNormalisation(normalisation);
            case QueryStep.Attention attention -> placeAttention(attention);
        };
        if (isPlaced) {
            made.put(step.output(), launches.size());
        }
        return isPlaced;
    }

    private boolean placeProduct(QueryStep.Product product) {
        Optional<Intake> intake = intake(product.input());
        if (intake.isEmpty()) {
            return false;
        }
        int from = intake.get().buffer();
        Optional<Operand> added = product.table();
        int more = QueryStage.NONE;
        if (product.residual().isPresent()) {
            more = bufferOf(product.residual().get());
            if (more == QueryStage.NONE) {
                if (added.isPresent() || !isWritten(product.residual().get())) {
                    return false;
                }
                added = Optional.of(operand(product.residual().get()));
            }
        }
        int to = QueryStage.NONE;
        if (isTakenFromBuffer(product.output()) && product.factors().outputs() == fused.width()) {
            to = free(from, more, true);
            if (to == QueryStage.NONE) {
                return false;
            }
        }
        if (more != QueryStage.NONE && more != from && buffers[more].isPending()) {
            receiveAlone(more);
        }
        if (added.isPresent() && product.residual().isPresent() && more == QueryStage.NONE) {
            markWritten(product.residual().get());
        }
        append(new QueryStage.Product(take(product.input(), intake.get()), Optional.empty(), Optional.of(product.factors()),
                product.positive(),
                new Addends(added, more), new Result(product.output(), to, Optional.empty())));
        return true;
    }

    private boolean placeFeedForward(QueryStep.FeedForward network) {
        Optional<Intake> intake = intake(network.input());
        if (intake.isEmpty()) {
            return false;
        }
        int from = intake.get().buffer();
        int to = free(from, QueryStage.NONE, true);
        if (to == QueryStage.NONE || !havePassed(lastSums, from)) {
            return false;
        }
        append(new QueryStage.FeedForward(take(network.input(), intake.get()), Optional.empty(), network.up(), network.down(),
                network.residual() ? from : QueryStage.NONE, new Result(network.output(), to, Optional.empty())));
        return true;
    }

    /// In place, so that nothing else may be going to take what it overwrites from the buffer.
    private boolean placeNormalisation(QueryStep.Normalisation step) {
        Optional<Intake> intake = intake(step.input());
        if (intake.isEmpty() || intake.get().loaded().isEmpty() && isTakenFromBuffer(step.input())) {
            return false;
        }
        append(new QueryStage.Product(take(step.input(), intake.get()),
                Optional.of(new QueryStage.Normalisation(step.output(), step.scale(), step.shift(), step.epsilon(), Optional.empty())),
                Optional.empty(), false, Addends.NOTHING, Result.NOTHING));
        return true;
    }

    private boolean placeAttention(QueryStep.Attention attention) {
        if (!stages.isEmpty() || !attention.whole().stream().allMatch(this::isWritten)) {
            return false;
        }
        int to = free(QueryStage.NONE, QueryStage.NONE, true);
        if (to == QueryStage.NONE) {
            return false;
        }
        attention.whole().forEach(this::markWritten);
        append(new QueryStage.Attention(operand(attention.query()), operand(attention.key()), operand(attention.value()), attention.heads(),
                new Result(attention.output(), to, Optional.empty())));
        return true;
    }

    private Operand operand(String value) {
        Operand part = fused.columns().get(value);
        return part == null ? QueryFusion.operand(graph, value) : part;
    }

    /// Whether an earlier launch writes a value, or can, or it is there from the beginning.
    private boolean isWritten(String value) {
        String whole = operand(value).value();
        return graph.inputs().contains(whole) || made.getOrDefault(whole, launches.size()) < launches.size();
    }

    private void markWritten(String value) {
        String whole = operand(value).value();
        if (!graph.inputs().contains(whole)) {
            written.add(whole);
        }
    }

    private int bufferOf(String value) {
        for (int i = 0; i < buffers.length; i++) {
            if (buffers[i].value().equals(value)) {
                return i;
            }
        }
        return QueryStage.NONE;
    }

    /// Where a step would find its input; empty if nowhere.
    private Optional<Intake> intake(String value) {
        int from = bufferOf(value);
        if (from != QueryStage.NONE) {
            return Optional.of(new Intake(Optional.empty(), from, buffers[from].isPending()));
        }
        if (!isWritten(value)) {
            return Optional.empty();
        }
        int loaded = free(QueryStage.NONE, QueryStage.NONE, false);
        return loaded == QueryStage.NONE ? Optional.empty() : Optional.of(new Intake(Optional.of(operand(value)), loaded, false));
    }

    /// The same, once it is certain.
    private Intake take(String value, Intake intake) {
        if (intake.loaded().isPresent()) {
            markWritten(value);
            buffers[intake.buffer()] = new Buffer(value, -1, -1);
        }
        return intake;
    }

    /// Whether steps that come later may take a value from a buffer.
    private boolean isTakenFromBuffer(String value) {
        return order.subList(next, order.size()).stream().anyMatch(step -> step.rows().contains(value));
    }

    /// A buffer whose value nobody takes any more.
    ///
    /// @param isSentTo whether other blocks write into it, for which all must have read it
    private int free(int from, int more, boolean isSentTo) {
        for (int i = 0; i < buffers.length; i++) {
            Buffer buffer = buffers[i];
            boolean isIdle = i != from && i != more && !buffer.isPending()
                    && (buffer.value().isEmpty() || !isTakenFromBuffer(buffer.value()));
            if (isIdle && (!isSentTo || havePassed(buffer.lastRead(), from))) {
                return i;
            }
        }
        return QueryStage.NONE;
    }

    /// Whether all blocks have passed a stage when one sends what the next stage gives: who sends what that stage gave, or something
    /// later, has passed it, and when all of that has been received by the sender, so have all.
    ///
    /// @param stage -1 if there is none to pass
    /// @param from  the next stage's input
    private boolean havePassed(int stage, int from) {
        return stage < 0 || received >= stage
                || from != QueryStage.NONE && buffers[from].isPending() && buffers[from].sent() >= stage;
    }

    private void receiveAlone(int buffer) {
        append(new QueryStage.Product(new Intake(Optional.empty(), buffer, true), Optional.empty(), Optional.empty(), false,
                Addends.NOTHING,
                Result.NOTHING));
    }

    private void append(QueryStage stage) {
        QueryStage joined = stage;
        if (!stages.isEmpty()) {
            Optional<QueryStage> both = joined(stages.getLast(), stage);
            if (both.isPresent()) {
                stages.removeLast();
                joined = both.get();
            }
        }
        int index = stages.size();
        stages.add(joined);
        Intake intake = stage.intake();
        if (intake.buffer() != QueryStage.NONE) {
            Buffer buffer = buffers[intake.buffer()];
            if (intake.receives()) {
                received = Math.max(received, buffer.sent());
            }
            buffers[intake.buffer()] = new Buffer(stage.normalisation().map(QueryStage.Normalisation::value).orElse(buffer.value()), -1,
                    index);
        }
        stage.normalisation().ifPresent(normalisation -> made.put(normalisation.value(), launches.size()));
        int more = switch (stage) {
            case QueryStage.Product product -> product.addends().buffer();
            case QueryStage.FeedForward network -> network.buffer();
            case QueryStage.Attention _ -> QueryStage.NONE;
        };
        if (more != QueryStage.NONE) {
            buffers[more] = new Buffer(buffers[more].value(), -1, index);
        }
        if (!(stage instanceof QueryStage.Product product) || product.factors().isPresent()) {
            lastSums = index;
        }
        int to = stage.result().buffer();
        if (to != QueryStage.NONE) {
            buffers[to] = new Buffer(stage.result().value(), index, -1);
        }
    }

    /// A stage that only receives and normalises, and the next one, as one.
    private static Optional<QueryStage> joined(QueryStage first, QueryStage second) {
        Intake intake = second.intake();
        boolean fits = first instanceof QueryStage.Product product && product.factors().isEmpty()
                && first.intake().buffer() == intake.buffer() && intake.loaded().isEmpty() && !intake.receives()
                && (first.normalisation().isEmpty() || second.normalisation().isEmpty());
        if (!fits) {
            return Optional.empty();
        }
        Optional<QueryStage.Normalisation> normalisation = first.normalisation().or(second::normalisation);
        return switch (second) {
            case QueryStage.Product next -> Optional.of(new QueryStage.Product(first.intake(), normalisation, next.factors(),
                    next.positive(), next.addends(), next.result()));
            case QueryStage.FeedForward next ->
                Optional.of(new QueryStage.FeedForward(first.intake(), normalisation, next.up(), next.down(),
                        next.buffer(), next.result()));
            case QueryStage.Attention _ -> Optional.empty();
        };
    }

    /// What nobody has received need not be sent by a product, and is received by a stage of its own if it is sent all the same.
    private void endLaunch() {
        for (int i = 0; i < buffers.length; i++) {
            if (buffers[i].isPending()) {
                int sent = buffers[i].sent();
                if (stages.get(sent) instanceof QueryStage.Product product) {
                    stages.set(sent,
                            new QueryStage.Product(product.intake(), product.normalisation(), product.factors(), product.positive(),
                                    product.addends(), product.result().withoutBuffer()));
                } else {
                    receiveAlone(i);
                }
            }
        }
        if (!stages.isEmpty()) {
            launches.add(List.copyOf(stages));
        }
        stages = new ArrayList<>();
        buffers = empty();
        received = -1;
        lastSums = -1;
    }

    private List<QueryStage> withResults(List<QueryStage> launch) {
        return launch.stream().map(stage -> {
            Optional<QueryStage.Normalisation> normalisation = stage.normalisation()
                    .map(each -> written.contains(each.value()) ? each.withTo(operand(each.value())) : each);
            Result result = written.contains(stage.result().value()) ? stage.result().withTo(operand(stage.result().value()))
                    : stage.result();
            return switch (stage) {
                case QueryStage.Product product -> (QueryStage) new QueryStage.Product(product.intake(), normalisation, product.factors(),
                        product.positive(), product.addends(), result);
                case QueryStage.FeedForward network ->
                    new QueryStage.FeedForward(network.intake(), normalisation, network.up(), network.down(),
                            network.buffer(), result);
                case QueryStage.Attention attention -> new QueryStage.Attention(attention.query(), attention.key(), attention.value(),
                        attention.heads(), result);
            };
        }).toList();
    }
}
