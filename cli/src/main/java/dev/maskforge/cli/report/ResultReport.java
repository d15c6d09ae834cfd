package dev.maskforge.cli.report;

import dev.maskforge.Version;
import dev.maskforge.cli.page.Content;
import dev.maskforge.cli.page.Element;
import dev.maskforge.cli.page.Page;
import dev.maskforge.cli.report.DataTable.Column;
import dev.maskforge.cli.report.DataTable.Group;
import dev.maskforge.engine.Device;
import dev.maskforge.measure.Measurements;
import dev.maskforge.measure.Setup;
import dev.maskforge.measure.Span;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// What result files say, in sections: the published tables with ours, what was measured here, agreement, scores, the roofline,
/// growth, pictures, and what made it.
public final class ResultReport {
    private static final String TITLE = "Maskforge, results";
    private static final int HASH_SHOWN = 12;

    private final String lead;
    private final List<Section> sections;

    private ResultReport(String lead, List<Section> sections) {
        this.lead = lead;
        this.sections = List.copyOf(sections);
    }

    /// All that the files say, and the pictures.
    ///
    /// @throws dev.maskforge.vision.ImageException if a picture cannot be read
    public static ResultReport of(ReportInput input, Gallery gallery) {
        List<Measured> measured = input.measured();
        List<Section> sections = new ArrayList<>();
        sections.add(new PublishedTables(Published.read(), measured).section());
        sections.add(measured(measured));
        sections.add(agreement(input, measured));
        sections.add(new Section("scores", "Scores on datasets", ScoreTables.of(input.evaluations())));
        sections.add(new Section("roofline", "How close to what the machine can do", roofline(measured)));
        sections.add(new Section("growth", "How times grow", growth(measured)));
        sections.add(new Section("pictures", "Side by side", Pictures.of(gallery)));
        sections.add(provenance(input, measured));
        return new ResultReport(lead(input), sections);
    }

    private static String lead(ReportInput input) {
        List<Measured> measured = input.measured();
        List<String> parts = new ArrayList<>();
        Set<String> machines = measured.stream().map(each -> each.result().setup().device().name())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        parts.add(measured.isEmpty() ? "no measurements"
                : Figures.counted(measured.size(), "measurement") + " on " + String.join(", ", machines));
        parts.add(Figures.counted(input.comparisons().size(), "comparison"));
        parts.add(Figures.counted(input.evaluations().size(), "evaluation"));
        String text = String.join("; ", parts);
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1) + ".";
    }

    private static Section measured(List<Measured> measured) {
        List<Block> blocks = new ArrayList<>();
        if (measured.isEmpty()) {
            blocks.add(new Block.Paragraph("No result of 'maskforge bench' was given."));
            return new Section("measured", "Measured here", blocks);
        }
        blocks.add(
                new Block.Paragraph("“Image to labels” begins with 8-bit RGB in memory at the network’s size and ends with a label map in "
                        + "memory; “engine only” is its part from the image’s tensor on the device to labels on the device. “Speed-up” is the other "
                        + "row’s median over this row’s, ± how far apart the rounds lie or how unsure the medians are; a tie differs by less than 5 % or "
                        + "less than that. Where two ran at different times there is a ratio, but neither spread nor verdict. “Of floor” is the least "
                        + "time in which this machine could do the work, as a share of the median; where a file does not say how much work it is, it is "
                        + "what another file says of the same network. Variation is standard deviation over mean."));
        SequencedMap<String, Comparisons> sizes = Comparisons.bySize(measured);
        blocks.addAll(incomparable(sizes));
        sizes.forEach((size, comparisons) -> {
            MeasuredTables tables = new MeasuredTables(size, comparisons);
            blocks.add(new Block.Heading(size));
            blocks.add(tables.of(Span.IMAGE_TO_LABELS));
            blocks.add(Charts.throughput(size, comparisons));
            blocks.add(Charts.latencies(size, comparisons));
            blocks.add(tables.of(Span.ENGINE_ONLY));
            blocks.add(tables.byStage());
            blocks.add(Charts.stages(size, comparisons, List.copyOf(tables.stages())));
            blocks.add(tables.preparation());
        });
        return new Section("measured", "Measured here", blocks);
    }

    private static List<Block> incomparable(SequencedMap<String, Comparisons> sizes) {
        boolean isOfSeveralDevices = sizes.values().stream()
                .anyMatch(each -> each.rows().stream().anyMatch(row -> !row.isOnDeviceOf(each.rows().getFirst())));
        return isOfSeveralDevices
                ? List.of(new Block.Paragraph("The rows are not all of one device; those of different ones are not compared."))
                : List.of();
    }

    private static Section agreement(ReportInput input, List<Measured> measured) {
        List<Block> blocks = new ArrayList<>();
        if (measured.stream().anyMatch(each -> each.result().fidelity().isPresent())) {
            blocks.add(MeasuredTables.agreement(Comparisons.bySize(measured)));
        }
        List<String> unheld = measured.stream().filter(each -> each.result().fidelity().isEmpty())
                .map(each -> each.size() + ", " + each.label()).toList();
        if (!unheld.isEmpty()) {
            blocks.add(new Block.Paragraph("Held against nothing while they were timed: " + String.join("; ", unheld) + "."));
        }
        blocks.addAll(ComparisonTables.of(input.comparisons()));
        return new Section("agreement", "Whether they say the same", blocks);
    }

    private static List<Block> roofline(List<Measured> measured) {
        return measured.isEmpty() ? List.of(new Block.Paragraph("No result of 'maskforge bench' was given."))
                : Charts.rooflines(Comparisons.bySize(measured));
    }

    private static List<Block> growth(List<Measured> measured) {
        return measured.isEmpty() ? List.of(new Block.Paragraph("No result of 'maskforge bench' was given.")) : Growth.of(measured);
    }

    private static Section provenance(ReportInput input, List<Measured> measured) {
        List<Block> blocks = new ArrayList<>();
        if (!measured.isEmpty()) {
            blocks.add(setups(measured));
            blocks.add(files(input));
        }
        List<List<String>> others = new ArrayList<>();
        input.comparisons().forEach(each -> others.add(List.of(each.file(), "maskforge compare")));
        input.evaluations().forEach(each -> others.add(List.of(each.file(), "maskforge evaluate")));
        if (!others.isEmpty()) {
            blocks.add(DataTable.of("Other files", List.of(Column.texts("File"), Column.texts("Written by")), others));
        }
        return new Section("provenance", "What made this", blocks);
    }

    private static DataTable setups(List<Measured> measured) {
        List<Group> groups = new ArrayList<>();
        Comparisons.bySize(measured).forEach((size, comparisons) -> groups.add(new Group(Optional.of(size), IntStream
                .range(0, comparisons.rows().size()).mapToObj(row -> setup(comparisons.heading(row), comparisons.rows().get(row)))
                .toList())));
        return new DataTable("What ran",
                List.of(Column.texts("Row"), Column.texts("Model, SHA-256"), Column.texts("Engine"), Column.texts("Precision"),
                        Column.numbers("Threads"), Column.numbers("Batch"), Column.texts("Device"), Column.texts("Protocol"),
                        Column.texts("Pictures")),
                groups);
    }

    private static List<String> setup(String heading, Measured each) {
        Setup setup = each.result().setup();
        Device device = setup.device();
        return List.of(heading, setup.model() + setup.graph().map(hash -> ", " + hash.substring(0, HASH_SHOWN) + "…").orElse(""),
                setup.engine() + ", " + setup.libraries(), setup.precision(), Integer.toString(setup.threads()),
                Integer.toString(setup.batch()),
                device.name() + device.driver().map(driver -> ", driver " + driver).orElse("")
                        + device.clocks().map(clocks -> ", " + clocks).orElse(""),
                each.result().protocol().warmups() + " warm-ups, " + Figures.counted(each.of(Span.IMAGE_TO_LABELS).count(), "run") + " in "
                        + Figures.counted(each.series().rounds().size(), "round"),
                each.result().pictures().source() + ", " + each.result().pictures().count());
    }

    private static DataTable files(ReportInput input) {
        List<List<String>> rows = new ArrayList<>();
        input.measurements().forEach((file, measurements) -> rows.add(List.of(file, measurements.tool(), measurements.started(),
                machine(measurements), String.join(" ", measurements.command()))));
        return DataTable.of("Files of measurements", List.of(Column.texts("File"), Column.texts("Tool"), Column.texts("Started"),
                Column.texts("Machine"), Column.texts("Command")), rows);
    }

    private static String machine(Measurements measurements) {
        return measurements.machine().processor() + ", " + Figures.counted(measurements.machine().processors(), "processor") + ", "
                + measurements.machine().system() + ", " + measurements.machine().runtime();
    }

    /// As a page.
    public Page page() {
        List<Element> links = sections.stream()
                .map(section -> Element.of("li", Element.of("a", section.heading()).with("href", "#" + section.id())))
                .toList();
        Page page = Page.of(TITLE, Element.of("p", lead).with("class", "lead"),
                Element.of("nav", Element.of("ul").containing(links)).with("aria-label", "Sections"));
        for (Section section : sections) {
            page = page.withSection(section.id(), section.heading(), section.blocks().stream().map(Block::content).toArray(Content[]::new));
        }
        return page.withFooter(Element.of("p", "Written by Maskforge " + Version.current() + ". This page is one file and loads nothing."));
    }

    /// As GitHub's Markdown: the tables and the words; charts and pictures are in the page only.
    public String markdown() {
        StringBuilder text = new StringBuilder("# " + TITLE + "\n\n" + Markdown.text(lead) + "\n");
        for (Section section : sections) {
            List<String> blocks = section.blocks().stream().map(Block::markdown).filter(block -> !block.isEmpty()).toList();
            text.append("\n## ").append(section.heading()).append("\n\n").append(String.join("\n\n", blocks)).append('\n');
        }
        return text.toString();
    }
}
