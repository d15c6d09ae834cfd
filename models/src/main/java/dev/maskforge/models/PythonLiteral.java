package dev.maskforge.models;

import dev.maskforge.checkpoint.document.Document;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Python's tuples and lists as texts, `("ade20k_sem_seg_val",)` or `(640, 640)`, which is how Detectron2's YAML has them.
/// Nothing is evaluated: flat ones of quoted texts and decimal numbers are told by their letters.
final class PythonLiteral {
    private static final int LONGEST = 10_000;
    private static final Pattern BRACKETS = Pattern.compile("\\s*(?:\\((.*)\\)|\\[(.*)])\\s*", Pattern.DOTALL);
    private static final Pattern ELEMENT = Pattern
            .compile("\\s*(?:\"([^\"\\\\]*+)\"|'([^'\\\\]*+)'|([-+]?[0-9]{1,30}(?:\\.[0-9]{0,30})?))\\s*");

    private PythonLiteral() {
    }

    /// The sequence that a text is, else the document itself.
    static Document decode(Document document) {
        if (!(document instanceof Document.Text(String text)) || text.length() > LONGEST) {
            return document;
        }
        Matcher brackets = BRACKETS.matcher(text);
        if (!brackets.matches()) {
            return document;
        }
        String inside = brackets.group(1) != null ? brackets.group(1) : brackets.group(2);
        List<Document> elements = new ArrayList<>();
        Matcher element = ELEMENT.matcher(inside);
        int position = 0;
        while (!inside.substring(position).isBlank()) {
            if (!element.region(position, inside.length()).lookingAt()) {
                return document;
            }
            elements.add(element(element));
            position = element.end();
            if (position < inside.length()) {
                if (inside.charAt(position) != ',') {
                    return document;
                }
                position++;
            }
        }
        return new Document.Sequence(elements);
    }

    private static Document element(Matcher element) {
        if (element.group(3) != null) {
            return new Document.Numeric(new BigDecimal(element.group(3)));
        }
        return new Document.Text(element.group(1) != null ? element.group(1) : element.group(2));
    }
}
