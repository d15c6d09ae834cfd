package dev.maskforge.cli.report;

import dev.maskforge.MaskforgeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;

/// An object of a file that anyone may have written, read field by field; what is not there or of another type is refused by
/// its name.
///
/// @param file that it stands in
/// @param path to it, such as `a.`; empty at the root
/// @param node the object
record JsonFields(String file, String path, JsonNode node) {
    private static final int LONGEST_TEXT = 4096;

    JsonFields {
        if (!node.isObject()) {
            throw refusal(file, path.isEmpty() ? "it" : "'" + path.substring(0, path.length() - 1) + "'", "is no object");
        }
    }

    private static MaskforgeException refusal(String file, String what, String why) {
        return new MaskforgeException(file + " is refused: " + what + " " + why + "; write it anew with the command that it is of");
    }

    private MaskforgeException wrong(String name, String why) {
        return refusal(file, "'" + path + name + "'", why);
    }

    boolean has(String name) {
        return node.has(name) && !node.path(name).isNull();
    }

    String text(String name) {
        JsonNode value = node.path(name);
        if (!value.isString() || value.stringValue().length() > LONGEST_TEXT) {
            throw wrong(name, "is no text of up to " + LONGEST_TEXT + " characters");
        }
        return value.stringValue();
    }

    Optional<String> optionalText(String name) {
        return has(name) ? Optional.of(text(name)) : Optional.empty();
    }

    long count(String name) {
        JsonNode value = node.path(name);
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
            throw wrong(name, "is no number of something");
        }
        return value.longValue();
    }

    Optional<Long> optionalCount(String name) {
        return has(name) ? Optional.of(count(name)) : Optional.empty();
    }

    double number(String name) {
        JsonNode value = node.path(name);
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw wrong(name, "is no number");
        }
        return value.doubleValue();
    }

    /// Empty where a score is not defined.
    Optional<Double> optionalNumber(String name) {
        return has(name) ? Optional.of(number(name)) : Optional.empty();
    }

    boolean truth(String name) {
        JsonNode value = node.path(name);
        if (!value.isBoolean()) {
            throw wrong(name, "is neither true nor false");
        }
        return value.booleanValue();
    }

    JsonFields object(String name) {
        return new JsonFields(file, path + name + ".", node.path(name));
    }

    List<JsonFields> objects(String name) {
        JsonNode list = node.path(name);
        if (!list.isArray()) {
            throw wrong(name, "is no list");
        }
        List<JsonFields> objects = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            objects.add(new JsonFields(file, path + name + "[" + i + "].", list.get(i)));
        }
        return objects;
    }

    List<String> names() {
        return List.copyOf(node.propertyNames());
    }

    /// All fields as numbers, empty where a score is not defined.
    SequencedMap<String, Optional<Double>> numbers() {
        SequencedMap<String, Optional<Double>> numbers = new LinkedHashMap<>();
        names().forEach(name -> numbers.put(name, optionalNumber(name)));
        return numbers;
    }
}
