package dev.maskforge.checkpoint.document;

import dev.maskforge.checkpoint.document.Document.Empty;
import dev.maskforge.checkpoint.document.Document.Mapping;
import dev.maskforge.checkpoint.document.Document.Numeric;
import dev.maskforge.checkpoint.document.Document.Sequence;
import dev.maskforge.checkpoint.document.Document.Text;
import dev.maskforge.checkpoint.document.Document.Truth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/// Reads YAML as plain data, from the parser's events alone, so that there is nothing a tag could make.
///
/// What is under a tag of YAML's own is what the tag says. What is under any other, such as Python's
/// `!!python/object/apply:eval ["..."]`, is the text, sequence or mapping that is written there.
public final class YamlDocument {
    private static final String OWN_TAGS = "tag:yaml.org,2002:";
    private static final String CURE = "mend it there, or get the file anew from its publisher";

    private final Iterator<Event> events;
    private final Map<Anchor, Anchored> anchors = new HashMap<>();
    private int line = 1;
    private int values;

    /// What an alias stands for.
    ///
    /// @param values in the whole of it
    /// @param height how many levels it has
    private record Anchored(Document document, int values, int height) {}

    /// A value, and how many levels it has.
    private record Tree(Document document, int height) {}

    private YamlDocument(Iterator<Event> events) {
        this.events = events;
    }

    /// Reads a text that is one document.
    ///
    /// @throws DocumentException if it is not, or is larger than a configuration needs to be, or uses merge keys (`<<`) or
    ///                           keys that are no scalars
    public static Document read(String text) {
        LoadSettings settings = LoadSettings.builder().setCodePointLimit(Math.max(1, text.length())).build();
        YamlDocument document = new YamlDocument(new Parse(settings).parseString(text).iterator());
        return document.root();
    }

    private Document root() {
        next(); // the stream begins
        if (!next().getEventId().equals(Event.ID.DocumentStart)) {
            throw refusal("there is no document");
        }
        Document root = tree(next(), 0).document();
        next(); // the document ends
        if (!next().getEventId().equals(Event.ID.StreamEnd)) {
            throw new DocumentException(line, "a second document begins", "give a file of one document");
        }
        return root;
    }

    private Event next() {
        Event event;
        try {
            event = events.next();
        } catch (MarkedYamlEngineException e) {
            line = e.getProblemMark().or(e::getContextMark).map(mark -> mark.getLine() + 1).orElse(line);
            throw noYaml(String.valueOf(e.getProblem()), e);
        } catch (RuntimeException e) {
            // The parser has more than its own exceptions: the text "\x" ends it with a NumberFormatException.
            throw noYaml(String.valueOf(e.getMessage()), e);
        }
        event.getStartMark().ifPresent(mark -> line = mark.getLine() + 1);
        return event;
    }

    private DocumentException noYaml(String reason, RuntimeException cause) {
        return new DocumentException(line, "this is not YAML (" + DocumentException.shortened(reason.strip()) + ")", CURE, cause);
    }

    private Tree tree(Event event, int depth) {
        count(1);
        int before = values;
        return switch (event) {
            case ScalarEvent scalar -> keep(scalar.getAnchor(), new Tree(scalar(scalar), 0), before);
            case SequenceStartEvent start -> keep(begin(start.getAnchor()), sequence(deeper(depth)), before);
            case MappingStartEvent start -> keep(begin(start.getAnchor()), mapping(deeper(depth)), before);
            case AliasEvent alias -> alias(alias.getAlias(), depth);
            default -> throw refusal("there is no value");
        };
    }

    private int deeper(int depth) {
        if (depth >= Limits.NESTING) {
            throw DocumentException.tooLarge(line, "the nesting grows", Limits.NESTING);
        }
        return depth + 1;
    }

    private void count(int more) {
        values += more;
        if (values > Limits.VALUES) {
            throw DocumentException.tooLarge(line, "the values, aliases written out, grow", Limits.VALUES);
        }
    }

    /// An alias inside what its anchor marks must not find an older anchor of that name.
    private Optional<Anchor> begin(Optional<Anchor> anchor) {
        anchor.ifPresent(anchors::remove);
        return anchor;
    }

    private Tree keep(Optional<Anchor> anchor, Tree tree, int before) {
        anchor.ifPresent(name -> anchors.put(name, new Anchored(tree.document(), values - before, tree.height())));
        return tree;
    }

    private Tree alias(Anchor name, int depth) {
        Anchored anchored = anchors.get(name);
        if (anchored == null) {
            throw refusal("the alias *" + DocumentException.shortened(name.getValue()) + " stands for nothing, or for what it is in");
        }
        count(anchored.values());
        if (depth + anchored.height() > Limits.NESTING) {
            throw DocumentException.tooLarge(line, "the nesting, aliases written out, grows", Limits.NESTING);
        }
        return new Tree(anchored.document(), anchored.height());
    }

    private Tree sequence(int depth) {
        List<Document> elements = new ArrayList<>();
        int height = 0;
        for (Event event = next(); event.getEventId() != Event.ID.SequenceEnd; event = next()) {
            Tree element = tree(event, depth);
            elements.add(element.document());
            height = Math.max(height, element.height());
        }
        return new Tree(new Sequence(elements), height + 1);
    }

    private Tree mapping(int depth) {
        SequencedMap<String, Document> entries = new LinkedHashMap<>();
        int height = 0;
        for (Event event = next(); event.getEventId() != Event.ID.MappingEnd; event = next()) {
            String name = name(event);
            int nameLine = line;
            Tree value = tree(next(), depth);
            Document first = entries.putIfAbsent(name, value.document());
            // An official configuration, COCO panoptic's with R50, says one thing twice.
            if (first != null && !first.equals(value.document())) {
                throw DocumentException.duplicate(nameLine, name);
            }
            height = Math.max(height, value.height());
        }
        return new Tree(new Mapping(entries), height + 1);
    }

    private String name(Event event) {
        if (!(event instanceof ScalarEvent scalar)) {
            throw new DocumentException(line, "the name of an entry is no plain text", "write the name out as one");
        }
        String name = scalar.getValue();
        if (name.length() > Limits.NAME) {
            throw DocumentException.tooLarge(line, "the length of a name grows", Limits.NAME);
        }
        if (scalar.isPlain() && name.equals("<<")) {
            throw new DocumentException(line, "a merge key (<<) is used", "write the entries out that it stands for");
        }
        scalar.getAnchor().ifPresent(anchor -> anchors.put(anchor, new Anchored(scalar(scalar), 0, 0)));
        return name;
    }

    private Document scalar(ScalarEvent event) {
        String text = event.getValue();
        if (text.length() > Limits.TEXT) {
            throw DocumentException.tooLarge(line, "the length of a text grows", Limits.TEXT);
        }
        String tag = event.getTag().orElse("");
        if (tag.isEmpty()) {
            return event.isPlain() ? YamlScalar.resolve(text) : new Text(text);
        }
        if (!tag.startsWith(OWN_TAGS)) {
            return new Text(text);
        }
        String kind = tag.substring(OWN_TAGS.length());
        boolean fits = switch (kind) {
            case "int", "float" -> YamlScalar.resolve(text) instanceof Numeric;
            case "bool" -> YamlScalar.resolve(text) instanceof Truth;
            case "null" -> YamlScalar.resolve(text) instanceof Empty;
            default -> false;
        };
        return fits ? YamlScalar.resolve(text) : new Text(text);
    }

    private DocumentException refusal(String what) {
        return new DocumentException(line, what, CURE);
    }
}
