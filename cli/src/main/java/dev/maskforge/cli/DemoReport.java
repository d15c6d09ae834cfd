package dev.maskforge.cli;

import dev.maskforge.Version;
import dev.maskforge.cli.page.Bar;
import dev.maskforge.cli.page.Content;
import dev.maskforge.cli.page.Element;
import dev.maskforge.cli.page.Figure;
import dev.maskforge.cli.page.Numbers;
import dev.maskforge.cli.page.Page;
import dev.maskforge.cli.page.Picture;
import dev.maskforge.cli.page.StripChart;
import dev.maskforge.cli.page.StripChart.Mark;
import dev.maskforge.cli.page.Table;
import dev.maskforge.measure.Latencies;
import dev.maskforge.vision.Colour;
import dev.maskforge.vision.PanopticSegmentation;
import dev.maskforge.vision.SegmentOverlay;
import dev.maskforge.vision.SegmentationClass;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/// What came of a demo, as a page to look at.
final class DemoReport {
    private static final double NANOSECONDS_PER_MILLISECOND = 1e6;

    private final DemoResult result;

    private DemoReport(DemoResult result) {
        this.result = result;
    }

    static Page of(DemoResult result) {
        DemoReport report = new DemoReport(result);
        return Page.of("Maskforge, first run", report.lead(), report.cards())
                .withSection("scenes", "What they see", report.scenes())
                .withSection("accuracy", "How right they are", report.accuracy())
                .withSection("latency", "How long it takes", report.latency())
                .withSection("provenance", "What made this", report.provenance())
                .withFooter(Element.of("p", "Written by Maskforge " + Version.current() + ". This page is one file and loads nothing."));
    }

    private Element lead() {
        String names = result.models().stream().map(model -> model.sample().name()).collect(Collectors.joining(" and "));
        return Element
                .of("p", "Two small sample models, " + names + ", on " + Words.counted(result.scenes().size(), "drawn street") + " of "
                        + result.size().height() + "\u00a0×\u00a0" + result.size().width()
                        + " pixels that they were not trained on, compared with the truth and timed on this machine.")
                .with("class", "lead");
    }

    private Element cards() {
        List<Element> cards = new ArrayList<>();
        for (DemoResult.OfModel model : result.models()) {
            Element figures = Element.of("dl", figure("mean IoU", Numbers.percent(model.meanIntersectionOverUnion()) + " %"),
                    figure("median latency", milliseconds(model.times().imageToLabels().median()) + " ms"),
                    figure("parameters", Numbers.fixed(model.parameters() / 1e6, 1) + " M"));
            cards.add(Element.of("div", Element.of("h3", model.sample().name()),
                    Element.of("p", capitalised(model.description())).with("class", "soft"),
                    figures).with("class", "card"));
        }
        return Element.of("div").with("class", "cards").containing(cards);
    }

    private static Element figure(String name, String value) {
        return Element.of("div", Element.of("dt", name), Element.of("dd", value));
    }

    private Content[] scenes() {
        List<Content> content = new ArrayList<>();
        content.add(Element.of("p",
                "Each street as it was drawn, its true classes, the class that each model gives each pixel with the share of "
                        + "pixels that it gets right, and the segments of the panoptic model, which tells objects of one class apart."));
        content.add(legend());
        for (int scene = 0; scene < result.scenes().size(); scene++) {
            content.add(scene(scene));
        }
        return content.toArray(Content[]::new);
    }

    private Element legend() {
        List<Element> entries = new ArrayList<>();
        result.classes().classes().forEach(each -> entries.add(Element.of("li", swatch(each.colour()), Content.text(each.name()))));
        entries.add(Element.of("li", swatch(ClassPicture.VOID), Content.text("none of these")));
        return Element.of("ul").with("class", "legend").with("aria-label", "Colours of the classes").containing(entries);
    }

    private static Element swatch(Colour colour) {
        return Element.of("span").with("class", "swatch").with("style",
                String.format(Locale.ROOT, "background:#%02x%02x%02x", colour.red(), colour.green(), colour.blue()));
    }

    private Element scene(int index) {
        SampleScene scene = result.scenes().get(index);
        String of = " of street " + scene.seed();
        List<Element> figures = new ArrayList<>();
        figures.add(
                Figure.of(Picture.photograph(scene.image().toBufferedImage(), "Drawn street " + scene.seed()), Element.of("b", "Scene")));
        figures.add(Figure.of(Picture.drawing(ClassPicture.of(scene.truth(), result.classes()), "True classes" + of),
                Element.of("b", "Truth")));
        for (DemoResult.OfModel model : result.models()) {
            Element picture = Picture.drawing(ClassPicture.of(model.labels(index), result.classes()),
                    "Classes that " + model.sample().name() + " gives the pixels" + of);
            figures.add(Figure.of(picture, Element.of("b", model.sample().name()),
                    Content.text(" " + Numbers.percent(result.accuracy(model, index)) + " % right")));
        }
        for (DemoResult.OfModel model : result.models()) {
            model.answers().get(index).panoptic().ifPresent(found -> figures.add(Figure.of(
                    Picture.photograph(segments(scene, found),
                            "Segments that " + model.sample().name() + " finds in street " + scene.seed()),
                    Element.of("b", "Panoptic"), Content.text(" " + Words.counted(found.segments().size(), "segment")))));
        }
        return Element
                .of("div",
                        Element.of("h3", Content.text("Street " + (index + 1)),
                                Element.of("span", " seed " + scene.seed()).with("class", "soft")),
                        Element.of("div").with("class", "pictures").containing(figures))
                .with("class", "scene");
    }

    /// Without the legend, which the page has.
    private BufferedImage segments(SampleScene scene, PanopticSegmentation found) {
        return SegmentOverlay.draw(scene.image(), found, result.classes()).toBufferedImage()
                .getSubimage(0, 0, scene.image().width(), scene.image().height());
    }

    private Content accuracy() {
        Table table = Table
                .of("Intersection over union (IoU) of each class over all scenes, in percent; a dash where it is neither there nor seen",
                        "Class")
                .withNumbers("Pixels");
        for (DemoResult.OfModel model : result.models()) {
            table = table.withTexts(model.sample().name());
        }
        long pixels = result.models().getFirst().confusion().pixels();
        for (SegmentationClass each : result.classes().classes()) {
            List<Content> cells = new ArrayList<>();
            cells.add(Content.text(share(result.models().getFirst().confusion().truePixels(each.trainId()), pixels)));
            for (int i = 0; i < result.models().size(); i++) {
                cells.add(score(result.models().get(i).confusion().intersectionOverUnion(each.trainId()), i + 1));
            }
            table = table.withRow(Element.of("span", swatch(each.colour()), Content.text(each.name())), cells);
        }
        List<Content> means = new ArrayList<>();
        means.add(Content.text(""));
        for (int i = 0; i < result.models().size(); i++) {
            means.add(score(result.models().get(i).confusion().meanIntersectionOverUnion(), i + 1));
        }
        return table.withRow(Element.of("b", "Mean"), means).element();
    }

    private static Content score(OptionalDouble score, int tint) {
        return score.isPresent() ? Bar.of(score.getAsDouble(), Numbers.percent(score.getAsDouble()), tint)
                : Element.of("span", Element.of("span", "–").with("class", "value")).with("class", "bar soft");
    }

    private static String share(long part, long whole) {
        double share = whole == 0 ? 0 : (double) part / whole;
        return part > 0 && share < 0.0005 ? "< 0.1 %" : Numbers.percent(share) + " %";
    }

    private Content[] latency() {
        Table table = Table.of("Milliseconds for a picture, all threads of the engine for one picture at a time", "Model")
                .withTexts("Measured");
        for (String heading : List.of("p50", "p90", "p99", "min", "mean", "variation", "runs")) {
            table = table.withNumbers(heading);
        }
        StripChart chart = StripChart.of("Time of each run of each model", "ms");
        for (int i = 0; i < result.models().size(); i++) {
            DemoResult.OfModel model = result.models().get(i);
            String name = model.sample().name();
            table = table.withRow(name, row("picture to label map", model.times().imageToLabels()))
                    .withRow(name, row("network alone", model.times().engine()));
            chart = chart.with(name + ", picture to label map", inMilliseconds(model.times().imageToLabels()),
                    marks(model.times().imageToLabels()), i + 1);
            chart = chart.with(name + ", network alone", inMilliseconds(model.times().engine()), marks(model.times().engine()), i + 1);
        }
        return new Content[]{
                Element.of("p", "“Picture to label map” begins with the picture’s samples in memory and ends with a class for each of its "
                        + "pixels; decoding a file is not in it. “Network alone” is the engine’s part of it. The models took turns, after "
                        + "warm-ups, and each run had another picture than the one before."),
                table.element(),
                Figure.of(chart.element(), Content.text("Each dot is a run; lines mark p50, p90 and p99. Milliseconds."))};
    }

    private static String[] row(String measured, Latencies latencies) {
        return new String[]{measured, milliseconds(latencies.percentile(50)), milliseconds(latencies.percentile(90)),
                milliseconds(latencies.percentile(99)), milliseconds(latencies.minimum()), milliseconds(latencies.mean()),
                Numbers.percent(latencies.coefficientOfVariation()) + " %", Integer.toString(latencies.count())};
    }

    private static List<Mark> marks(Latencies latencies) {
        return List.of(50, 90, 99).stream()
                .map(percent -> new Mark("p" + percent, latencies.percentile(percent) / NANOSECONDS_PER_MILLISECOND)).toList();
    }

    private static List<Double> inMilliseconds(Latencies latencies) {
        return Arrays.stream(latencies.nanoseconds()).mapToObj(run -> run / NANOSECONDS_PER_MILLISECOND).toList();
    }

    private static String milliseconds(double nanoseconds) {
        return Numbers.fixed(nanoseconds / NANOSECONDS_PER_MILLISECOND, 1);
    }

    private Content[] provenance() {
        Table models = Table.of("The models, and the label maps they gave: equal SHA-256, equal maps", "Model").withTexts("Checkpoint")
                .withTexts("As ONNX").withTexts("Trained on").withTexts("Label maps");
        for (DemoResult.OfModel model : result.models()) {
            DemoResult.Converted converted = model.converted();
            models = models.withRow(Content.text(model.sample().name()), List.of(code(model.sample().checkpoint()),
                    Content.text(String.format(Locale.ROOT, "%d nodes, %.1f MB", converted.nodes(), converted.bytes() / 1e6)),
                    Content.text(model.trainingData().orElse("not said")),
                    code(DemoText.shortHash(model) + "…")));
        }
        DemoResult.Engine engine = result.engine();
        Table machine = Table.of("The machine, and what ran on it", "Part").withTexts("What it is")
                .withRow("Processor", Processor.name().orElse(System.getProperty("os.arch")) + ", "
                        + Words.counted(Runtime.getRuntime().availableProcessors(), "processor") + " for this process")
                .withRow("Engine", engine.name() + " " + engine.version() + ", " + engine.precision() + ", "
                        + Words.counted(engine.threads(), "thread"))
                .withRow("System", System.getProperty("os.name") + " " + System.getProperty("os.version") + ", Java " + Runtime.version())
                .withRow("Scenes", "seeds " + result.scenes().getFirst().seed() + " to " + result.scenes().getLast().seed());
        return new Content[]{models.element(), machine.element()};
    }

    private static Element code(Object text) {
        return Element.of("code", text.toString());
    }

    private static String capitalised(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }
}
