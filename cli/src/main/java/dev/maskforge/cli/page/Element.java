package dev.maskforge.cli.page;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.regex.Pattern;

/// An element of HTML or of an SVG picture in it.
///
/// It cannot make a page load or run anything: sources of pictures are data, links lead to places in the page, and there are
/// no handlers.
public final class Element implements Content {
    private static final Pattern NAME = Pattern.compile("[a-z][A-Za-z0-9-]*");
    private static final Set<String> EMPTY = Set.of("br", "hr", "img", "meta");
    private static final Set<String> ACTIVE = Set.of("script", "iframe", "object", "embed", "link", "base", "form", "style");
    private static final Set<String> SOURCES = Set.of("src", "srcset", "poster", "data", "action", "background");

    private final String name;
    private final SequencedMap<String, String> attributes;
    private final List<Content> children;

    private Element(String name, SequencedMap<String, String> attributes, List<Content> children) {
        this.name = name;
        this.attributes = Collections.unmodifiableSequencedMap(attributes);
        this.children = List.copyOf(children);
    }

    /// An element.
    ///
    /// @param name such as `p`
    /// @throws IllegalArgumentException if it is no name, or of an element that loads or runs something
    public static Element of(String name, Content... children) {
        if (!NAME.matcher(name).matches() || ACTIVE.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("a page has no element '" + name + "'");
        }
        return new Element(name, new LinkedHashMap<>(), List.of()).containing(List.of(children));
    }

    public static Element of(String name, String text) {
        return of(name, Content.text(text));
    }

    /// The same with an attribute, in place of an earlier one of its name.
    ///
    /// @throws IllegalArgumentException if the page would load or run something by it
    public Element with(String attribute, String value) {
        requireHarmless(attribute, value);
        SequencedMap<String, String> more = new LinkedHashMap<>(attributes);
        more.put(attribute, value);
        return new Element(name, more, children);
    }

    /// The same with a number, written as short as it can be with three digits behind the point.
    public Element with(String attribute, double value) {
        return with(attribute, Numbers.shortest(value));
    }

    private static void requireHarmless(String attribute, String value) {
        // Browsers read names in any case; those of SVG have capitals.
        String read = attribute.toLowerCase(Locale.ROOT);
        boolean isSource = SOURCES.contains(read) && !value.startsWith("data:image/");
        boolean isLink = read.equals("href") && !value.startsWith("#");
        boolean runs = read.startsWith("on") || read.equals("style") && value.contains("(");
        if (!NAME.matcher(attribute).matches() || isSource || isLink || runs) {
            throw new IllegalArgumentException("a page that loads and runs nothing has no " + attribute + "=\"" + value + '"');
        }
    }

    /// The same with more inside, behind what is there.
    public Element containing(Content... more) {
        return containing(List.of(more));
    }

    /// The same with more inside, behind what is there.
    public Element containing(List<? extends Content> more) {
        if (EMPTY.contains(name) && !more.isEmpty()) {
            throw new IllegalArgumentException("nothing can be in '" + name + "'");
        }
        List<Content> all = new ArrayList<>(children);
        all.addAll(more);
        return new Element(name, attributes, all);
    }

    @Override
    public void appendTo(StringBuilder html) {
        html.append('<').append(name);
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            html.append(' ').append(attribute.getKey()).append("=\"");
            Escaping.append(attribute.getValue(), html);
            html.append('"');
        }
        if (EMPTY.contains(name)) {
            html.append("/>");
            return;
        }
        html.append('>');
        children.forEach(child -> child.appendTo(html));
        html.append("</").append(name).append('>');
    }

    @Override
    public String toString() {
        StringBuilder html = new StringBuilder();
        appendTo(html);
        return html.toString();
    }
}
