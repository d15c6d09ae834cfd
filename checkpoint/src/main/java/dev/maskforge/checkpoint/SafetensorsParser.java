package dev.maskforge.checkpoint;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import java.io.InputStreamReader;
import java.io.Reader;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/// Reads a safetensors header token by token: one may have a million tensors.
///
/// Its numbers are plain whole ones, its names and texts proper UTF-8, and nothing is in it that the format does not have.
final class SafetensorsParser {
    private static final int MOST_TENSORS = 1_000_000;
    /// Different types and shapes: a model has some dozens.
    private static final int MOST_TYPES = 100_000;
    private static final int MOST_METADATA = 10_000;
    private static final int LONGEST_NAME = 1024;
    /// Of a metadata text that is worth saying; longer ones are left out.
    private static final int LONGEST_METADATA = 1024;
    private static final int LARGEST_RANK = 8;
    /// More than any file holds, and small enough that counting bytes cannot overflow.
    private static final long MOST_ELEMENTS = 1L << 40;
    private static final String HEADER = "the header";
    private static final String METADATA = "__metadata__";
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(4).maxNumberLength(20).maxNameLength(1 << 16)
                    .maxStringLength(16 << 20).build())
            // Names of an untrusted file are worth no table that outlives it.
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES).build();

    private final CheckpointFile file;
    private final JsonParser parser;
    private final SequencedMap<String, SafetensorsEntry> entries = new LinkedHashMap<>();
    private final SequencedMap<String, String> metadata = new LinkedHashMap<>();
    private final Map<Layout, TensorType> types = new HashMap<>();
    private boolean hasMetadata;
    /// What is being read, for messages.
    private String place = HEADER;

    /// A type of tensor, in a form that is cheap to look up.
    private record Layout(DataType dataType, List<Long> shape) {}

    private SafetensorsParser(CheckpointFile file, JsonParser parser) {
        this.file = file;
        this.parser = parser;
    }

    /// @param text a whole JSON document
    /// @throws CheckpointException if it says what no header can
    static SafetensorsHeader parse(CheckpointFile file, MemorySegment text) {
        Reader reader = new InputStreamReader(new MemoryStream(text), StandardCharsets.UTF_8.newDecoder());
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), reader)) {
            SafetensorsParser header = new SafetensorsParser(file, parser);
            header.header();
            return new SafetensorsHeader(header.entries, header.metadata);
        } catch (JacksonIOException e) {
            throw file.refusal("the header is no text in UTF-8; the file is damaged, download it anew", e);
        } catch (StreamConstraintsException e) {
            throw file.refusal("the header holds what is longer or more deeply nested than any tensor needs ("
                    + Printable.line(String.valueOf(e.getOriginalMessage()), 100) + "); get the file anew from its publisher", e);
        } catch (JacksonException e) {
            throw file.refusal("the header is not JSON (" + Printable.line(String.valueOf(e.getOriginalMessage()), 100)
                    + "); the file is damaged, download it anew", e);
        }
    }

    private void header() {
        expect(parser.nextToken(), JsonToken.START_OBJECT, "an object");
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            if (name.equals(METADATA)) {
                metadata();
            } else {
                tensor(name);
            }
            place = HEADER;
        }
        expect(parser.currentToken(), JsonToken.END_OBJECT, "its end");
        if (parser.nextToken() != null) {
            throw damaged("more follows after its end");
        }
    }

    private void metadata() {
        place = METADATA;
        if (hasMetadata) {
            throw damaged("it is there twice");
        }
        hasMetadata = true;
        expect(parser.nextToken(), JsonToken.START_OBJECT, "an object");
        Set<String> names = new HashSet<>();
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            if (!names.add(name)) {
                throw damaged("the name '" + Printable.line(name, 80) + "' is there twice");
            }
            if (names.size() > MOST_METADATA) {
                throw damaged("it has more than " + MOST_METADATA + " entries");
            }
            expect(parser.nextToken(), JsonToken.VALUE_STRING, "a text");
            if (parser.getStringLength() < LONGEST_METADATA) {
                metadata.putIfAbsent(Printable.line(name, 80), Printable.line(parser.getString()));
            }
        }
        expect(parser.currentToken(), JsonToken.END_OBJECT, "its end");
    }

    private void tensor(String name) {
        if (name.isEmpty() || name.length() > LONGEST_NAME || !Printable.isLine(name)) {
            throw file.refusal("a tensor is named '" + Printable.line(name, 80)
                    + "', which no layer can be; get the file anew from its publisher");
        }
        place = "the tensor '" + Printable.line(name, 80) + "'";
        expect(parser.nextToken(), JsonToken.START_OBJECT, "an object");
        SafetensorsType stored = null;
        List<Long> shape = null;
        List<Long> offsets = null;
        for (String field = parser.nextName(); field != null; field = parser.nextName()) {
            switch (field) {
                case "dtype" -> stored = once(field, stored, type());
                case "shape" -> shape = once(field, shape, wholes(LARGEST_RANK));
                case "data_offsets" -> offsets = once(field, offsets, wholes(2));
                default -> throw damaged("it has '" + Printable.line(field, 80) + "', which the format does not");
            }
        }
        expect(parser.currentToken(), JsonToken.END_OBJECT, "its end");
        if (stored == null || shape == null || offsets == null || offsets.size() != 2) {
            throw damaged("it lacks its dtype, its shape, or the two numbers of its data_offsets");
        }
        if (entries.put(name, entry(stored, shape, offsets.getFirst(), offsets.getLast())) != null) {
            throw damaged("it is there twice");
        }
        if (entries.size() > MOST_TENSORS) {
            throw damaged("it is one more than " + MOST_TENSORS + " tensors");
        }
    }

    private <T> T once(String field, @Nullable T before, T value) {
        if (before != null) {
            throw damaged("it has its " + field + " twice");
        }
        return value;
    }

    private SafetensorsType type() {
        expect(parser.nextToken(), JsonToken.VALUE_STRING, "the name of a type");
        String name = parser.getString();
        return SafetensorsType.named(name)
                .orElseThrow(() -> file.refusal(place + " has elements of the type '" + Printable.line(name, 40)
                        + "', which no model here can use; save it as F32, F16 or BF16"));
    }

    private List<Long> wholes(int most) {
        expect(parser.nextToken(), JsonToken.START_ARRAY, "a list");
        List<Long> wholes = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            expect(token, JsonToken.VALUE_NUMBER_INT, "a whole number");
            if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER || parser.getString().startsWith("-")) {
                throw damaged("it has the number " + parser.getString() + ", which no size or place in a file can be");
            }
            if (wholes.size() == most) {
                throw damaged("it has a list of more than " + most + " numbers");
            }
            wholes.add(parser.getLongValue());
        }
        return wholes;
    }

    private SafetensorsEntry entry(SafetensorsType stored, List<Long> shape, long begin, long end) {
        long elements = 1;
        for (long size : shape) {
            // A zero does not excuse the others: their product is formed in other orders elsewhere.
            if (size > MOST_ELEMENTS / elements) {
                throw damaged("it has the shape " + shape + ", more than any file holds");
            }
            elements *= Math.max(1, size);
        }
        long bytes = shape.contains(0L) ? 0 : elements * stored.bytes();
        if (end < begin || end - begin != bytes) {
            throw damaged("its " + stored + " elements of the shape " + shape + " take " + bytes + " bytes, but it lies from " + begin
                    + " to " + end);
        }
        TensorType type = types.computeIfAbsent(new Layout(stored.dataType(), shape),
                layout -> new TensorType(layout.dataType(), Shape.of(shape.stream().mapToLong(Long::longValue).toArray())));
        if (types.size() > MOST_TYPES) {
            throw damaged("it is one more than " + MOST_TYPES + " different shapes");
        }
        return new SafetensorsEntry(type, stored, begin, end);
    }

    private void expect(@Nullable JsonToken found, JsonToken wanted, String kind) {
        if (found != wanted) {
            throw damaged("there is " + (found == null ? "nothing" : found) + " in place of " + kind);
        }
    }

    private CheckpointException damaged(String what) {
        return file.refusal(place + " is damaged: " + what + "; get the file anew from its publisher");
    }
}
