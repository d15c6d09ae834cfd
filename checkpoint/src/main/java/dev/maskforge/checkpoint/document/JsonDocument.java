package dev.maskforge.checkpoint.document;

import dev.maskforge.checkpoint.document.Document.Empty;
import dev.maskforge.checkpoint.document.Document.Mapping;
import dev.maskforge.checkpoint.document.Document.Numeric;
import dev.maskforge.checkpoint.document.Document.Sequence;
import dev.maskforge.checkpoint.document.Document.Text;
import dev.maskforge.checkpoint.document.Document.Truth;
import java.io.Reader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/// Reads JSON as RFC 8259 has it, and nothing beyond: no comments, no `NaN`, no name twice in one object.
public final class JsonDocument {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(Limits.NESTING).maxStringLength(Limits.TEXT)
                    .maxNameLength(Limits.NAME).maxNumberLength(Decimals.LENGTH).build())
            // Names of an untrusted file are worth no table that outlives it.
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES).build();
    private static final String CURE = "mend it there, or get the file anew from its publisher";

    private final JsonParser parser;
    private int values;

    private JsonDocument(JsonParser parser) {
        this.parser = parser;
    }

    /// Reads one document to the reader's end.
    ///
    /// @throws DocumentException  if it is not JSON, or larger than a configuration or an index needs to be
    /// @throws JacksonIOException if the reader fails
    public static Document read(Reader reader) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), reader)) {
            JsonDocument document = new JsonDocument(parser);
            Document root = document.value(parser.nextToken());
            if (parser.nextToken() != null) {
                throw document.refusal("there is more after the end of the document");
            }
            return root;
        } catch (JacksonIOException e) {
            throw e;
        } catch (StreamConstraintsException e) {
            throw new DocumentException(line(e.getLocation()), "it is larger or more deeply nested than is read (" + message(e) + ")",
                    "no checkpoint needs that much, get the file anew from its publisher", e);
        } catch (JacksonException e) {
            throw new DocumentException(line(e.getLocation()), "this is not JSON (" + message(e) + ")", CURE, e);
        }
    }

    private Document value(@Nullable JsonToken token) {
        if (token == null) {
            throw refusal("the document ends too early");
        }
        values++;
        if (values > Limits.VALUES) {
            throw DocumentException.tooLarge(line(parser.currentLocation()), "the values grow", Limits.VALUES);
        }
        return switch (token) {
            case START_OBJECT -> mapping();
            case START_ARRAY -> sequence();
            case VALUE_STRING -> new Text(parser.getString());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> numeric(parser.getString());
            case VALUE_TRUE -> new Truth(true);
            case VALUE_FALSE -> new Truth(false);
            case VALUE_NULL -> new Empty();
            case END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
                throw refusal("there is " + token + " in place of a value");
        };
    }

    private Mapping mapping() {
        SequencedMap<String, Document> entries = new LinkedHashMap<>();
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            if (entries.containsKey(name)) {
                throw DocumentException.duplicate(line(parser.currentLocation()), name);
            }
            entries.put(name, value(parser.nextToken()));
        }
        if (parser.currentToken() != JsonToken.END_OBJECT) {
            throw refusal("the document ends too early");
        }
        return new Mapping(entries);
    }

    private Sequence sequence() {
        List<Document> elements = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            elements.add(value(token));
        }
        return new Sequence(elements);
    }

    private Numeric numeric(String text) {
        return new Numeric(Decimals.parse(text).orElseThrow(
                () -> refusal("the number " + DocumentException.shortened(text) + " is far beyond any that is needed")));
    }

    private DocumentException refusal(String what) {
        return new DocumentException(line(parser.currentLocation()), what, CURE);
    }

    private static int line(@Nullable TokenStreamLocation location) {
        return location == null ? 1 : Math.max(1, location.getLineNr());
    }

    private static String message(JacksonException e) {
        return DocumentException.shortened(String.valueOf(e.getOriginalMessage()));
    }
}
