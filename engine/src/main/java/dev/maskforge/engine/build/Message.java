package dev.maskforge.engine.build;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a compiling process says, a line each: a token that no library prints by chance, a verb, fields between tabs. All
/// other lines on its standard output are not from it.
sealed interface Message {
    /// A phase of the work.
    record Phase(String name, int step, int steps) implements Message {}

    /// A fact about the plan.
    record Fact(String name, String text) implements Message {}

    /// The plan is whole.
    ///
    /// @param sha256 of its bytes
    record Done(long bytes, String sha256) implements Message {}

    /// There is no plan, and this is why.
    ///
    /// @param expected whether it is what an engine says of a graph, and not a fault of the program
    record Failed(String reason, boolean expected) implements Message {}

    default String line(String token) {
        return token + " " + switch (this) {
            case Phase(String name, int step, int steps) -> join("phase", name, Integer.toString(step), Integer.toString(steps));
            case Fact(String name, String text) -> join("fact", name, text);
            case Done(long bytes, String sha256) -> join("done", Long.toString(bytes), sha256);
            case Failed(String reason, boolean expected) -> join("failed", reason, Boolean.toString(expected));
        };
    }

    /// What a line says; nothing if it is not from a process with this token, or damaged.
    static Optional<Message> read(String line, String token) {
        if (!line.startsWith(token + " ")) {
            return Optional.empty();
        }
        List<String> fields = new ArrayList<>();
        for (String field : line.substring(token.length() + 1).split("\t", -1)) {
            fields.add(unescape(field));
        }
        try {
            return switch (fields.getFirst() + "/" + fields.size()) {
                case "phase/4" -> Optional.of(new Phase(fields.get(1), Integer.parseInt(fields.get(2)), Integer.parseInt(fields.get(3))));
                case "fact/3" -> Optional.of(new Fact(fields.get(1), fields.get(2)));
                case "done/3" -> Optional.of(new Done(Long.parseLong(fields.get(1)), fields.get(2)));
                case "failed/3" -> Optional.of(new Failed(fields.get(1), Boolean.parseBoolean(fields.get(2))));
                default -> Optional.empty();
            };
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    private static String join(String... fields) {
        List<String> escaped = new ArrayList<>();
        for (String field : fields) {
            escaped.add(field.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r"));
        }
        return String.join("\t", escaped);
    }

    private static String unescape(String field) {
        StringBuilder text = new StringBuilder();
        boolean escaped = false;
        for (int i = 0; i < field.length(); i++) {
            char character = field.charAt(i);
            if (character == '\\' && !escaped) {
                escaped = true;
                continue;
            }
            text.append(escaped ? meant(character) : character);
            escaped = false;
        }
        return text.toString();
    }

    private static char meant(char escaped) {
        return switch (escaped) {
            case 't' -> '\t';
            case 'n' -> '\n';
            case 'r' -> '\r';
            default -> escaped;
        };
    }
}
