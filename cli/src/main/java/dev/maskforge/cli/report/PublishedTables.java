package dev.maskforge.cli.report;

import dev.maskforge.cli.report.DataTable.Column;
import dev.maskforge.cli.report.DataTable.Group;
import dev.maskforge.engine.Device;
import dev.maskforge.measure.Fidelity;
import dev.maskforge.measure.Setup;
import dev.maskforge.measure.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;

/// The published tables, with rows of ours beside their own.
final class PublishedTables {
    private static final Span OURS = Span.IMAGE_TO_LABELS;
    private static final String PUBLISHED = "published";
    private static final String JETSON = "Jetson";

    private final Published published;
    private final List<Measured> measured;

    PublishedTables(Published published, List<Measured> measured) {
        this.published = published;
        this.measured = List.copyOf(measured);
    }

    /// @param size of the network's input, such as `512x1024`
    private record Row(String size, List<String> cells) {
        long pixels() {
            String[] sides = size.split("x", -1);
            return Long.parseLong(sides[0]) * Long.parseLong(sides[1]);
        }
    }

    private record Numbered(String number, DataTable table) {}

    Section section() {
        List<Block> blocks = new ArrayList<>();
        blocks.add(new Block.Paragraph("Rows marked “published” are from " + published.source() + ": " + published.protocol()
                + ". They were measured on other hardware, so their times cannot be held against ours; what an engine gains over what it was "
                + "made from can. Published are times an image, and totals and throughput follow from them. Ours are from 8-bit RGB in memory "
                + "to a label map in memory, and the total is " + published.images() + " times the mean time of an image."));
        unplaced().ifPresent(blocks::add);
        Stream<Numbered> speed = published.speed().stream().map(table -> new Numbered(table.table(), speed(table)));
        Stream<Numbered> agreement = published.agreement().stream().map(table -> new Numbered(table.table(), agreement(table)));
        Stream.concat(speed, agreement).sorted(Comparator.comparing(Numbered::number)).map(Numbered::table).forEach(blocks::add);
        return new Section("published", "The published tables, and ours", blocks);
    }

    private Optional<Block> unplaced() {
        List<String> names = measured.stream().filter(each -> Family.of(each.result()).isEmpty()).map(Measured::label).distinct().toList();
        return names.isEmpty() ? Optional.empty()
                : Optional.of(new Block.Paragraph("Not in these tables, since no name tells MaskFormer or Mask2Former: "
                        + String.join("; ", names) + "."));
    }

    private List<Measured> of(String family) {
        return measured.stream().filter(each -> Family.of(each.result()).equals(Family.named(family))).toList();
    }

    /// Ours stand in the tables of desktop hardware, save what was measured on a Jetson.
    private DataTable speed(Published.SpeedTable table) {
        boolean isJetson = table.hardware().contains(JETSON);
        List<Row> rows = new ArrayList<>();
        table.rows().forEach(row -> rows.add(published(table, row)));
        List<Measured> ours = of(table.family()).stream().filter(each -> isJetson == deviceOf(each).contains(JETSON)).toList();
        ours.forEach(each -> rows.add(ours(each)));
        return new DataTable(
                "Table " + table.table() + ": " + table.family() + (isJetson ? " on a Jetson" : " on a GPU") + note(ours.isEmpty()),
                List.of(Column.texts("Software"), Column.texts("Engine"), Column.numbers(published.images() + " images, s"),
                        Column.numbers("Images/s"), Column.numbers("An image, ms"), Column.texts("Speed-up over no engine"),
                        Column.texts("Measured")),
                bySize(rows));
    }

    private static String note(boolean isPublishedOnly) {
        return isPublishedOnly ? " (published only; none of ours)" : "; ours on the hardware that is named";
    }

    private static String deviceOf(Measured each) {
        return each.result().setup().device().name();
    }

    private Row published(Published.SpeedTable table, Published.Speed row) {
        String none = row.instead().orElse(DataTable.NOTHING);
        Optional<Double> milliseconds = row.milliseconds();
        Optional<Double> gain = row.engine() ? table.withoutEngine(row.size()).flatMap(base -> milliseconds.map(time -> base / time))
                : Optional.empty();
        return new Row(row.size(), List.of(row.software() + ", " + PUBLISHED, engine(row.engine()),
                milliseconds.map(time -> Figures.number(published.images() * time / 1e3)).orElse(none),
                milliseconds.map(time -> Figures.number(1e3 / time)).orElse(none),
                milliseconds.map(time -> Figures.fixed(time, 2)).orElse(none),
                gain.map(times -> Figures.fixed(times, 2)).orElse(DataTable.NOTHING), "on other hardware, " + table.hardware()));
    }

    private static String engine(boolean isThere) {
        return isThere ? "with" : "without";
    }

    private Row ours(Measured each) {
        double nanoseconds = each.imageNanoseconds(OURS);
        Setup setup = each.result().setup();
        String threads = setup.device().kind() == Device.Kind.CPU ? ", " + Figures.counted(setup.threads(), "thread") : "";
        return new Row(each.size(),
                List.of(each.label() + ", " + setup.libraries() + ", " + setup.precision(), engine(!each.isWithoutEngine()),
                        Figures.number(published.images() * nanoseconds / 1e9), Figures.number(each.imagesPerSecond(OURS)),
                        Figures.milliseconds(nanoseconds), gain(each),
                        "here, " + setup.device().name() + threads + ", " + Figures.counted(each.of(OURS).count(), "run")));
    }

    /// Over the first framework that ran the same network at the same size on the same device, PyTorch without `compile` before
    /// others, and in float32 before others.
    private String gain(Measured each) {
        if (each.isWithoutEngine()) {
            return DataTable.NOTHING;
        }
        return measured.stream().filter(Measured::isWithoutEngine)
                .filter(other -> other.comparedWithin().equals(each.comparedWithin()) && other.size().equals(each.size())
                        && other.isOnDeviceOf(each))
                .min(Comparator.<Measured, Boolean>comparing(other -> !other.result().subject().contains("eager"))
                        .thenComparing(other -> !other.isFloat32()))
                .flatMap(base -> each.speedupOver(base, OURS)
                        .map(ratio -> new Comparisons.Against(0, ratio, base.file().equals(each.file())).text()))
                .orElse(DataTable.NOTHING);
    }

    private DataTable agreement(Published.AgreementTable table) {
        List<Row> rows = new ArrayList<>();
        table.rows().forEach(row -> rows.add(new Row(row.size(), List.of("TensorRT, " + PUBLISHED, Double.toString(row.share()),
                DataTable.NOTHING, DataTable.NOTHING, "PyTorch"))));
        List<Measured> ours = of(table.family()).stream().filter(each -> each.result().fidelity().isPresent()).toList();
        ours.forEach(each -> each.result().fidelity().ifPresent(fidelity -> rows.add(new Row(each.size(), ours(each, fidelity)))));
        return new DataTable(
                "Table " + table.table() + ": " + table.family() + ", the share of pixels with the reference’s class; 1 is all"
                        + (ours.isEmpty() ? note(true) : ""),
                List.of(Column.texts("Software"), Column.numbers("Of all pixels"), Column.numbers("Of clear pixels"), Column.texts("Says"),
                        Column.texts("Reference")),
                bySize(rows));
    }

    private static List<String> ours(Measured each, Fidelity fidelity) {
        return List.of(each.label(), Figures.exactShare(fidelity.equal(), fidelity.pixels()),
                Figures.exactShare(fidelity.clearEqual(), fidelity.clear()), fidelity.conclusive() ? "conclusive" : "inconclusive",
                fidelity.reference());
    }

    /// The smallest size first; the rows of one size as they were added.
    private static List<Group> bySize(List<Row> rows) {
        SequencedMap<String, List<List<String>>> sizes = new LinkedHashMap<>();
        rows.stream().sorted(Comparator.comparingLong(Row::pixels))
                .forEach(row -> sizes.computeIfAbsent(row.size(), _ -> new ArrayList<>()).add(row.cells()));
        return sizes.entrySet().stream().map(size -> new Group(Optional.of(size.getKey()), size.getValue())).toList();
    }
}
