package dev.maskforge.evaluation;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// A JSON file that is read once, from its start to its end, without being held as a whole: COCO's are large.
final class JsonFile {
    private static final JsonFactory JSON = new JsonFactory();

    private final Path path;
    private final JsonParser parser;

    private JsonFile(Path path, JsonParser parser) {
        this.path = path;
        this.parser = parser;
    }

    /// What takes a file's value.
    interface Content<T> {
        T read(JsonFile file);
    }

    /// @param content reads the file's one value
    /// @throws EvaluationException if the file cannot be read, or is not what the content asks for
    static <T> T read(Path path, Content<T> content) {
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw refuse(path, "it is a folder, a pipe or a device", "give a JSON file");
        }
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), Files.newInputStream(path))) {
            JsonFile file = new JsonFile(path, parser);
            parser.nextToken();
            T value = content.read(file);
            if (parser.nextToken() != null) {
                throw file.refuse("more follows its end");
            }
            return value;
        } catch (NoSuchFileException missing) {
            throw new EvaluationException(message(path, "there is no such file", "check its name"), missing);
        } catch (AccessDeniedException denied) {
            throw new EvaluationException(message(path, "its permissions forbid it", "chmod +r it"), denied);
        } catch (IOException failure) {
            throw new EvaluationException(message(path, "the file system fails", "check the disk"), failure);
        } catch (JacksonException damage) {
            int line = damage.getLocation() == null ? 0 : damage.getLocation().getLineNr();
            throw new EvaluationException(
                    message(path, (line > 0 ? "line " + line + ": " : "") + Folder.oneLine(damage.getOriginalMessage()),
                            "write it anew as JSON"),
                    damage);
        }
    }

    /// Gives the name of each member of the object here; the taker reads its value or skips it.
    void object(String what, Consumer<String> taker) {
        require(JsonToken.START_OBJECT, what, "an object");
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            taker.accept(name);
        }
    }

    /// The elements of the array here.
    <T> List<T> array(String what, Supplier<T> element) {
        require(JsonToken.START_ARRAY, what, "an array");
        List<T> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            elements.add(element.get());
        }
        return elements;
    }

    boolean isArray() {
        return parser.currentToken() == JsonToken.START_ARRAY;
    }

    boolean isText() {
        return parser.currentToken() == JsonToken.VALUE_STRING;
    }

    /// Passes over the value here.
    void skip() {
        parser.skipChildren();
    }

    int integer(String what) {
        require(JsonToken.VALUE_NUMBER_INT, what, "a whole number");
        return parser.getIntValue();
    }

    double number(String what) {
        if (!parser.currentToken().isNumeric()) {
            throw refuse("'" + what + "' is not a number");
        }
        return parser.getDoubleValue();
    }

    String text(String what) {
        require(JsonToken.VALUE_STRING, what, "a text");
        return parser.getString();
    }

    /// A picture's id, a number or a text.
    String id(String what) {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT && parser.currentToken() != JsonToken.VALUE_STRING) {
            throw refuse("'" + what + "' is neither a whole number nor a text");
        }
        return parser.getString();
    }

    /// A truth value, as which COCO writes 0 and 1.
    boolean flag(String what) {
        return switch (parser.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> integer(what) == 1;
        };
    }

    private void require(JsonToken token, String what, String kind) {
        if (parser.currentToken() != token) {
            throw refuse("'" + what + "' is not " + kind);
        }
    }

    /// What has been read of an object, if it has been there.
    ///
    /// @throws EvaluationException if it is missing
    <T> T required(@Nullable T value, String what) {
        if (value == null) {
            throw refuse("'" + what + "' is missing");
        }
        return value;
    }

    /// @param what is wrong near the place that was read last
    EvaluationException refuse(String what) {
        int line = parser.currentTokenLocation().getLineNr();
        int column = parser.currentTokenLocation().getColumnNr();
        return refuse(path, "line " + line + ", column " + column + ": " + Folder.oneLine(what), "write it in COCO's format");
    }

    private static EvaluationException refuse(Path path, String what, String cure) {
        return new EvaluationException(message(path, what, cure));
    }

    private static String message(Path path, String what, String cure) {
        return "cannot read '" + Folder.oneLine(path) + "': " + what + "; " + cure;
    }
}
