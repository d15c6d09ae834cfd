package dev.maskforge.models;

import dev.maskforge.checkpoint.CheckpointException;
import dev.maskforge.checkpoint.document.Document;
import dev.maskforge.checkpoint.document.Document.Mapping;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// The settings in a configuration file, each by its path and as what it must be. What is there but is something else is
/// refused in one line; `null` counts as not there.
///
/// @param file   in which they are
/// @param prefix where in it, such as `MODEL.`
/// @param root   the settings
record Settings(Path file, String prefix, Mapping root) {
    private static final int LONGEST_QUOTE = 60;

    /// @throws CheckpointException if the document is no mapping
    static Settings of(Path file, Document document) {
        if (document instanceof Mapping root) {
            return new Settings(file, "", root);
        }
        throw new CheckpointException(shown(file.toString()) + ": it holds " + kind(document)
                + ", not settings by name; give the configuration that belongs to the checkpoint");
    }

    /// What lies below a path, nothing if nothing does.
    Settings below(String... path) {
        Settings settings = this;
        for (String name : path) {
            settings = settings.below(name);
        }
        return settings;
    }

    private Settings below(String name) {
        Mapping below = switch (root.entries().get(name)) {
            case Mapping mapping -> mapping;
            case null -> new Mapping(new LinkedHashMap<>());
            case Document.Empty _ -> new Mapping(new LinkedHashMap<>());
            case Document other -> throw isNot(new String[]{name}, other, "settings by name");
        };
        return new Settings(file, prefix + name + ".", below);
    }

    Optional<String> text(String... path) {
        return find(path).map(document -> {
            if (document instanceof Document.Text(String text)) {
                return text;
            }
            throw isNot(path, document, "a text");
        });
    }

    Optional<Boolean> truth(String... path) {
        return find(path).map(document -> {
            if (document instanceof Document.Truth(boolean value)) {
                return value;
            }
            throw isNot(path, document, "true or false");
        });
    }

    /// A whole number within bounds.
    OptionalInt count(int least, int greatest, String... path) {
        Optional<Document> found = find(path);
        if (found.isEmpty()) {
            return OptionalInt.empty();
        }
        if (found.get() instanceof Document.Numeric(BigDecimal value) && isWithin(value, least, greatest)
                && value.stripTrailingZeros().scale() <= 0) {
            return OptionalInt.of(value.intValueExact());
        }
        throw isNot(path, found.get(), "a whole number from " + least + " to " + greatest);
    }

    /// A number from 0 to 1.
    OptionalDouble fraction(String... path) {
        Optional<Document> found = find(path);
        if (found.isEmpty()) {
            return OptionalDouble.empty();
        }
        if (found.get() instanceof Document.Numeric(BigDecimal value) && isWithin(value, 0, 1)) {
            return OptionalDouble.of(value.doubleValue());
        }
        throw isNot(path, found.get(), "a number from 0 to 1");
    }

    /// Numbers of one colour each, of absolute value up to a thousand.
    Optional<List<Double>> colour(String... path) {
        return find(path).map(document -> {
            List<Double> channels = new ArrayList<>();
            if (PythonLiteral.decode(document) instanceof Document.Sequence(List<Document> elements) && elements.size() == 3) {
                for (Document element : elements) {
                    if (element instanceof Document.Numeric(BigDecimal value) && isWithin(value, -1000, 1000)) {
                        channels.add(value.doubleValue());
                    }
                }
            }
            if (channels.size() != 3) {
                throw isNot(path, document, "three numbers, for red, green and blue");
            }
            return List.copyOf(channels);
        });
    }

    /// A list of texts, or one text.
    List<String> texts(String... path) {
        Optional<Document> found = find(path);
        return found.map(document -> switch (PythonLiteral.decode(document)) {
            case Document.Text(String text) -> List.of(text);
            case Document.Sequence(List<Document> elements) when elements.stream().allMatch(Document.Text.class::isInstance) ->
                elements.stream().map(element -> ((Document.Text) element).text()).toList();
            default -> throw isNot(path, document, "a list of names");
        }).orElse(List.of());
    }

    Optional<Document> find(String... path) {
        Settings settings = below(Arrays.copyOf(path, path.length - 1));
        return settings.root().find(path[path.length - 1]).filter(document -> !(document instanceof Document.Empty));
    }

    private static boolean isWithin(BigDecimal value, int least, int greatest) {
        return value.compareTo(BigDecimal.valueOf(least)) >= 0 && value.compareTo(BigDecimal.valueOf(greatest)) <= 0;
    }

    /// What a setting is beside what it must be.
    CheckpointException isNot(String[] path, Document document, String wanted) {
        return refuse(prefix + String.join(".", path) + " is " + kind(document) + ", not " + wanted,
                "mend it there, or give the published file");
    }

    CheckpointException refuse(String what, String cure) {
        return new CheckpointException(shown(file.toString()) + ": " + what + "; " + cure);
    }

    static String kind(Document document) {
        return switch (document) {
            case Document.Mapping _ -> "a mapping";
            case Document.Sequence(List<Document> elements) -> "a list of " + elements.size();
            case Document.Text(String text) -> "'" + quoted(text) + "'";
            case Document.Numeric(BigDecimal value) -> quoted(value.toString());
            case Document.Truth(boolean value) -> String.valueOf(value);
            case Document.Empty _ -> "nothing";
        };
    }

    /// A text from a file, short and of one line.
    static String quoted(String text) {
        String line = shown(text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE));
        return text.length() <= LONGEST_QUOTE ? line : line + "…";
    }

    static String shown(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]", "?");
    }
}
