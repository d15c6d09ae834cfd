package dev.maskforge.cli;

import dev.maskforge.GraphForm;
import dev.maskforge.ModelFile;
import dev.maskforge.cli.bench.Columns;
import dev.maskforge.engine.EngineProvider;
import dev.maskforge.engine.Engines;
import dev.maskforge.graph.Graph;
import dev.maskforge.graph.Shape;
import dev.maskforge.measure.Cost;
import dev.maskforge.measure.GraphCost;
import dev.maskforge.models.CheckpointModel;
import dev.maskforge.models.Output;
import dev.maskforge.passes.Lowering;
import dev.maskforge.passes.Pass;
import dev.maskforge.passes.Pipeline;
import dev.maskforge.vision.Size;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/// What an engine's passes make of a checkpoint's graph, each with its matches and refusals, and what the graph costs before
/// and after it.
///
/// @param engine whose passes they are
/// @param size   of the picture that costs are counted for
/// @param before what the graph costs as authored
/// @param rows   in the order of the passes
record PassTable(String engine, Size size, Totals before, List<Row> rows) {
    PassTable {
        rows = List.copyOf(rows);
    }

    /// What a graph takes to run on one picture, nothing fused.
    ///
    /// @param nodes their number
    /// @param flops floating-point operations
    /// @param bytes read and written
    record Totals(int nodes, long flops, long bytes) {
        static Totals of(Graph graph, Map<String, Long> sizes) {
            Cost total = GraphCost.of(graph, sizes).total();
            return new Totals(graph.nodes().size(), total.flops(), total.bytesRead() + total.bytesWritten());
        }

        SequencedMap<String, Object> facts() {
            SequencedMap<String, Object> facts = new LinkedHashMap<>();
            facts.put("nodes", nodes);
            facts.put("flops", flops);
            facts.put("bytes", bytes);
            return facts;
        }
    }

    /// A pass and the graph after it.
    record Row(Pipeline.Step step, Totals after) {}

    /// Of the graph that `segment` runs: class and mask logits of pictures of any size.
    static PassTable of(ModelFile file, String engine, Size size) {
        EngineProvider provider = Engines.named(engine);
        Graph authored = file.graph(file.freeInput(), Output.RAW);
        Map<String, Long> sizes = authored.type(CheckpointModel.IMAGE).shape().solve(Shape.of(1, 3, size.height(), size.width()));
        Lowering lowering = new Lowering(provider.nativeOperations(), Lowering.DeformableAttention.ENGINE);
        List<Row> rows = new ArrayList<>();
        GraphForm.OPTIMISED.pipeline(provider.optimisation(), lowering).run(authored,
                (step, after) -> rows.add(new Row(step, Totals.of(after, sizes))));
        return new PassTable(engine, size, Totals.of(authored, sizes), rows);
    }

    void print(PrintWriter out, boolean withReasons) {
        List<List<String>> cells = new ArrayList<>();
        cells.add(List.of("passes for " + engine + ", " + size, "matches", "refused", "nodes", "GFLOP", "MB moved", "ms"));
        cells.add(cells("as authored", "", "", before, ""));
        rows.forEach(row -> cells.add(cells(row.step().pass(), Integer.toString(row.step().matches()),
                Integer.toString(row.step().refusals().size()), row.after(),
                String.format(Locale.ROOT, "%.1f", row.step().time().toNanos() / 1e6))));
        out.println();
        Columns.align(cells).forEach(out::println);
        if (withReasons) {
            rows.forEach(row -> reasons(row).forEach(out::println));
        }
    }

    private static List<String> cells(String pass, String matches, String refused, Totals totals, String time) {
        return List.of(pass, matches, refused, Integer.toString(totals.nodes()), String.format(Locale.ROOT, "%.2f", totals.flops() / 1e9),
                String.format(Locale.ROOT, "%.0f", totals.bytes() / 1e6), time);
    }

    /// A line for each reason that a pass had.
    private static List<String> reasons(Row row) {
        Map<String, List<Pass.Refusal>> byReason = row.step().refusals().stream()
                .collect(Collectors.groupingBy(Pass.Refusal::reason, LinkedHashMap::new, Collectors.toList()));
        return byReason.entrySet().stream()
                .map(entry -> "  " + row.step().pass() + " refused " + Line.of(entry.getValue().getFirst().node())
                        + (entry.getValue().size() == 1 ? "" : " and " + (entry.getValue().size() - 1) + " more") + ": " + entry.getKey())
                .toList();
    }

    SequencedMap<String, Object> facts() {
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("engine", engine);
        facts.put("size", size.toString());
        List<Object> passes = new ArrayList<>();
        Totals last = before;
        for (Row row : rows) {
            SequencedMap<String, Object> pass = new LinkedHashMap<>();
            pass.put("pass", row.step().pass());
            pass.put("matches", row.step().matches());
            pass.put("refusals", row.step().refusals().stream().map(PassTable::facts).toList());
            pass.put("before", last.facts());
            pass.put("after", row.after().facts());
            pass.put("seconds", row.step().time().toNanos() / 1e9);
            passes.add(pass);
            last = row.after();
        }
        facts.put("passes", passes);
        return facts;
    }

    private static SequencedMap<String, Object> facts(Pass.Refusal refusal) {
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        facts.put("node", refusal.node());
        facts.put("reason", refusal.reason());
        return facts;
    }
}
