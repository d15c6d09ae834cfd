package dev.maskforge.cli.page;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Pages and what they are made of.
class PageTest {
    private static final String HOSTILE = "</title><script>alert('1')</script> \" onload=\"x &amp; \0 \33[31m \u009b 🙂";

    static Document parsed(String html) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new ByteArrayInputStream(html.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void textMeansItselfWhereverItStands() throws Exception {
        Page page = Page.of(HOSTILE, Element.of("p", HOSTILE).with("title", HOSTILE))
                .withSection("a", HOSTILE, Table.of(HOSTILE, HOSTILE).withNumbers(HOSTILE).withRow(HOSTILE, HOSTILE).element());
        Document document = parsed(page.html());
        String expected = HOSTILE.replace('\0', '\ufffd').replace('\33', '\ufffd').replace('\u009b', '\ufffd');
        for (String name : List.of("title", "h1", "p", "h2", "caption")) {
            assertEquals(expected, document.getElementsByTagName(name).item(0).getTextContent(), name);
        }
        assertEquals(0, document.getElementsByTagName("script").getLength());
        assertEquals(expected, document.getElementsByTagName("p").item(0).getAttributes().getNamedItem("title").getTextContent());
    }

    @ParameterizedTest
    @CsvSource({"img, src, https://example.org/x.png", "img, src, //example.org/x.png", "img, src, x.png", "img, srcset, x.png 2x",
            "img, src, data:text/html;base64,AA", "a, href, https://example.org", "a, href, javascript:alert(1)", "p, onclick, x()",
            "p, oNclick, x()", "img, sRc, x.png", "a, hRef, https://example.org",
            "p, style, background:url(x)", "p, 'a b', x", "p, '\"', x", "svg, background, x"})
    void loadsAndRunsNothing(String element, String attribute, String value) {
        Element made = Element.of(element);
        assertThrows(IllegalArgumentException.class, () -> made.with(attribute, value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"script", "sCript", "iframe", "link", "style", "object", "base", "form", "a b", "P", "", "p>"})
    void hasNoElementsThatLoad(String name) {
        assertThrows(IllegalArgumentException.class, () -> Element.of(name));
    }

    @Test
    void elementsAreValues() {
        Element before = Element.of("p", "a");
        Element after = before.with("class", "x").with("class", "y").containing(Element.of("br"), Content.text("<"));
        assertEquals("<p>a</p>", before.toString());
        assertEquals("<p class=\"y\">a<br/>&lt;</p>", after.toString());
        assertThrows(IllegalArgumentException.class, () -> Element.of("br", "x"));
    }

    @Test
    void tablesHaveCaptionsAndHeadings() throws Exception {
        Element table = Table.of("Figures", "Model").withNumbers("p50").withTexts("Engine").withRow("A", "1.5", "x")
                .withRow("B", "2.5", "y")
                .element();
        Document document = parsed(table.toString());
        assertEquals("Figures", document.getElementsByTagName("caption").item(0).getTextContent());
        NodeList headings = document.getElementsByTagName("th");
        String[] scopes = {"col", "col", "col", "row", "row"};
        for (int i = 0; i < scopes.length; i++) {
            assertEquals(scopes[i], headings.item(i).getAttributes().getNamedItem("scope").getTextContent());
        }
        assertEquals("number", document.getElementsByTagName("td").item(0).getAttributes().getNamedItem("class").getTextContent());
        assertThrows(IllegalArgumentException.class, () -> Table.of("c", "h").withNumbers("n").withRow("A"));
        assertThrows(IllegalStateException.class, () -> Table.of("c", "h").withRow("A").withNumbers("late"));
    }

    @Test
    void picturesAreInThePage() throws Exception {
        BufferedImage image = new BufferedImage(4, 2, BufferedImage.TYPE_INT_RGB);
        image.setRGB(1, 1, 0xff8040);
        for (Element element : List.of(Picture.drawing(image, "a \"drawing\""), Picture.photograph(image, "a \"drawing\""))) {
            Document document = parsed(element.toString());
            String source = document.getDocumentElement().getAttribute("src");
            BufferedImage read = ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(source.split(",", 2)[1])));
            assertEquals(4, read.getWidth());
            assertEquals("2", document.getDocumentElement().getAttribute("height"));
            assertEquals("a \"drawing\"", document.getDocumentElement().getAttribute("alt"));
            if (source.startsWith("data:image/png")) {
                assertEquals(0xffff8040, read.getRGB(1, 1));
            }
        }
    }

    @Test
    void barsAreAsLongAsTheirShare() {
        assertTrue(Bar.of(0.123456, "12.3", 1).toString().contains("width:12.346%"));
        assertTrue(Bar.of(1, "100", 2).toString().contains("width:100%"));
        assertThrows(IllegalArgumentException.class, () -> Bar.of(1.01, "101", 1));
        assertThrows(IllegalArgumentException.class, () -> Bar.of(Double.NaN, "", 1));
    }

    @ParameterizedTest
    @CsvSource({"0, 87, 5, 0, 20, 5", "0, 100, 5, 0, 20, 5", "0, 0.9, 5, 0, 0.2, 5", "12, 19, 4, 12, 2, 4", "0, 0, 5, 0, 0.2, 1",
            "-3, 4, 4, -4, 2, 4", "5, 5, 5, 5, 1, 1"})
    void axesHaveRoundMarks(double least, double largest, int about, double from, double step, int steps) {
        Axis axis = Axis.over(least, largest, about);
        assertEquals(from, axis.from(), 1e-12);
        assertEquals(step, axis.step(), 1e-12);
        assertEquals(steps, axis.steps());
        assertTrue(axis.place(least) >= 0 && axis.place(largest) <= 1 + 1e-12);
    }

    @Test
    void chartsPutEachRunInItsPlace() throws Exception {
        Element chart = StripChart.of("Times", "ms").with("A", List.of(0.0, 50.0, 100.0), List.of(new StripChart.Mark("p50", 50)), 1)
                .element();
        Document document = parsed(chart.toString());
        NodeList dots = document.getElementsByTagName("circle");
        assertEquals(3, dots.getLength());
        // Two percent are left free on both sides, for the dots' own width.
        assertEquals("2%", dots.item(0).getAttributes().getNamedItem("cx").getTextContent());
        assertEquals("50%", dots.item(1).getAttributes().getNamedItem("cx").getTextContent());
        assertEquals("98%", dots.item(2).getAttributes().getNamedItem("cx").getTextContent());
        assertEquals("Times", document.getElementsByTagName("title").item(0).getTextContent());
        assertEquals("p50 50.0 ms", document.getElementsByTagName("title").item(1).getTextContent());
    }

    @Test
    void theFileIsWrittenWhole(@TempDir Path folder) throws IOException {
        Page page = Page.of("A page", Element.of("p", "ä")).withSection("s", "Section").withFooter(Content.text("end"));
        page.write(folder.resolve("page.html"));
        assertEquals(page.html(), Files.readString(folder.resolve("page.html")));
        assertTrue(page.html().startsWith("<!DOCTYPE html>\n<html lang=\"en\">"));
        assertTrue(page.html().contains("default-src 'none'"));
        assertFalse(page.html().contains("http:") || page.html().contains("https:"));
    }
}
