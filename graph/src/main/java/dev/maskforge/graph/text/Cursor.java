package dev.maskforge.graph.text;

import dev.maskforge.graph.DataType;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// A place in a text that is being read, with the small things that texts of graphs are made of.
final class Cursor {
    private static final long MOST_MEMORY = 1 << 26;

    private final String text;
    private int position;
    private long memory;

    Cursor(String text) {
        this(text, MOST_MEMORY);
    }

    private Cursor(String text, long memory) {
        this.text = text;
        this.memory = memory;
    }

    /// The beginning of a text that stood within this one, whose constants may take what is left here.
    Cursor inner(String text) {
        return new Cursor(text, memory);
    }

    boolean isAtEnd() {
        skipSpace();
        return position == text.length();
    }

    /// Whether the token comes next; if so, goes past it.
    boolean accept(String token) {
        skipSpace();
        if (!text.startsWith(token, position)) {
            return false;
        }
        position += token.length();
        return true;
    }

    /// Likewise for a word, which ends where a name would.
    boolean acceptWord(String word) {
        skipSpace();
        int end = position + word.length();
        if (!text.startsWith(word, position) || end < text.length() && isNameCharacter(text.charAt(end))) {
            return false;
        }
        position = end;
        return true;
    }

    void expect(String token) {
        if (!accept(token)) {
            throw expected("'" + token + "'");
        }
    }

    boolean isNext(String token) {
        skipSpace();
        return text.startsWith(token, position);
    }

    /// A name, in quotes or without.
    String name() {
        skipSpace();
        if (isNext("\"")) {
            return quoted();
        }
        int start = position;
        while (position < text.length() && isNameCharacter(text.charAt(position)) && !text.startsWith("->", position)) {
            position++;
        }
        if (position == start) {
            throw expected("a name");
        }
        return text.substring(start, position);
    }

    /// A name, which is empty where [Names#NONE] stands.
    String optionalName() {
        boolean isQuoted = isNext("\"");
        String name = name();
        return !isQuoted && name.equals(Names.NONE) ? "" : name;
    }

    String quoted() {
        expect("\"");
        StringBuilder content = new StringBuilder();
        while (position < text.length() && text.charAt(position) != '"') {
            if (text.charAt(position) == '\\' && position + 1 < text.length()) {
                position++;
                content.append(text.charAt(position) == 'n' ? '\n' : text.charAt(position));
            } else {
                content.append(text.charAt(position));
            }
            position++;
        }
        expect("\"");
        return content.toString();
    }

    /// A list in square brackets.
    <T> List<T> list(Supplier<T> element) {
        expect("[");
        return until("]", element);
    }

    /// The elements of a list, up to what closes it.
    <T> List<T> until(String end, Supplier<T> element) {
        List<T> elements = new ArrayList<>();
        if (accept(end)) {
            return elements;
        }
        do {
            elements.add(element.get());
        } while (accept(","));
        expect(end);
        return elements;
    }

    /// What a number looks like, in letters.
    String number() {
        skipSpace();
        int start = position;
        while (position < text.length()
                && (Character.isLetterOrDigit(text.charAt(position)) || "+-.".indexOf(text.charAt(position)) >= 0)) {
            position++;
        }
        if (position == start) {
            throw expected("a number");
        }
        return text.substring(start, position);
    }

    int integer() {
        return read("a whole number", () -> Integer.parseInt(number()));
    }

    float floatingPoint() {
        return read("a number", () -> Float.parseFloat(number()));
    }

    boolean truth() {
        if (acceptWord("true")) {
            return true;
        }
        if (acceptWord("false")) {
            return false;
        }
        throw expected("true or false");
    }

    /// A dimension, which ends before a comma or what closes a list.
    Dimension dimension() {
        skipSpace();
        int start = position;
        while (position < text.length() && ",]}\n".indexOf(text.charAt(position)) < 0) {
            position++;
        }
        String dimension = text.substring(start, position);
        position = start;
        Dimension result = read("a dimension", () -> Dimension.parse(dimension));
        position = start + dimension.length();
        return result;
    }

    Shape shape() {
        return new Shape(list(this::dimension));
    }

    DataType dataType() {
        return read("a data type", () -> DataType.named(name()));
    }

    TensorType type() {
        DataType dataType = dataType();
        return new TensorType(dataType, shape());
    }

    /// Notes that a constant takes this many bytes: a line of text can ask for more than a machine has.
    ///
    /// @throws IllegalArgumentException if the text's constants take too many together
    void takeMemory(long bytes) {
        if (bytes < 0 || bytes > memory) {
            throw new IllegalArgumentException(
                    "with a constant of " + bytes + " bytes the text asks for more than " + (MOST_MEMORY >> 20)
                            + " MiB, too large for a text");
        }
        memory -= bytes;
    }

    /// What the reader makes of the text from here; if it cannot, the error is about this place.
    <T> T read(String what, Supplier<T> reader) {
        return read(place(), what, reader);
    }

    /// Where the next thing begins.
    int place() {
        skipSpace();
        return position;
    }

    /// What the reader makes of things that were read before; if it cannot, the error is about that place.
    <T> T read(int start, String what, Supplier<T> reader) {
        try {
            return reader.get();
        } catch (NumberFormatException _) {
            position = start;
            throw expected(what);
        } catch (IllegalArgumentException e) {
            throw e instanceof Misread ? e : misread(start, String.valueOf(e.getMessage()));
        }
    }

    /// The error that something else than this stands here.
    IllegalArgumentException expected(String what) {
        skipSpace();
        int end = Math.min(text.length(), position + 12);
        String found = position == text.length() ? "the end" : "'" + text.substring(position, end).lines().findFirst().orElse("") + "'";
        return misread(position, "expected " + what + ", found " + found);
    }

    /// The error that what was read up to here makes no sense.
    IllegalArgumentException wrong(String what) {
        return misread(Math.max(position - 1, 0), what);
    }

    private IllegalArgumentException misread(int at, String what) {
        int line = 1;
        int column = 1;
        for (int i = 0; i < at; i++) {
            line += text.charAt(i) == '\n' ? 1 : 0;
            column = text.charAt(i) == '\n' ? 1 : column + 1;
        }
        return new Misread("line " + line + ", column " + column + ": " + what.replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]", "?"));
    }

    private void skipSpace() {
        while (position < text.length() && (Character.isWhitespace(text.charAt(position)) || text.charAt(position) == '#')) {
            if (text.charAt(position) == '#') {
                int end = text.indexOf('\n', position);
                position = end < 0 ? text.length() : end;
            } else {
                position++;
            }
        }
    }

    static boolean isNameCharacter(char letter) {
        return letter >= 'a' && letter <= 'z' || letter >= 'A' && letter <= 'Z' || letter >= '0' && letter <= '9'
                || "_./-".indexOf(letter) >= 0;
    }

    /// An error that says its place already.
    private static final class Misread extends IllegalArgumentException {
        @Serial
        private static final long serialVersionUID = 1L;

        Misread(String message) {
            super(message);
        }
    }
}
