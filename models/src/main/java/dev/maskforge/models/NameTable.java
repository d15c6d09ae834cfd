package dev.maskforge.models;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the names of one scheme are in another: a table of lines `theirs -> ours`.
///
/// | in theirs | |
/// |---|---|
/// | `{i}` | a number, to which ours refers as `{i}`, `{i+2}`, `{3-i}` |
/// | `*` | what has no dot, such as `weight`; ours repeats it at `*` |
/// | `[a.\|b.]` | may stand there or not |
/// | `(a\|b)` | one of them stands there |
/// | `<a\|b\|c>` | several tensors that are one in ours: their rows follow each other in this order |
final class NameTable {
    private static final Pattern THEIRS = Pattern.compile("\\{(\\w)}|\\*|\\[([^]]+)]|\\(([^)]+)\\)|<([^>]+)>");
    private static final Pattern OURS = Pattern.compile("\\{(\\w)(?:([+-])(\\w))?}|\\*");
    private static final String NUMBER = "0|[1-9]\\d{0,3}";

    private final List<Line> lines;

    private NameTable(List<Line> lines) {
        this.lines = lines;
    }

    /// @param theirs what all names on the left begin with
    /// @param ours   what all names on the right begin with
    static NameTable of(String theirs, String ours, String table) {
        return new NameTable(table.lines().map(line -> line.split(" +-> +", 2))
                .map(sides -> Line.of(Pattern.quote(theirs), sides[0], ours + sides[1])).toList());
    }

    NameTable and(NameTable other) {
        List<Line> all = new ArrayList<>(lines);
        all.addAll(other.lines);
        return new NameTable(all);
    }

    /// By each of our names, the tensors that make it up. What the table does not know, or what lacks its other parts, keeps
    /// its name.
    ///
    /// @param file what to call the checkpoint in messages
    /// @throws UnknownModelException if two tensors stand for one
    SequencedMap<String, List<String>> ours(String file, Set<String> theirs) {
        SequencedMap<String, List<String>> ours = new LinkedHashMap<>();
        for (String name : theirs) {
            Optional<Meaning> meaning = lines.stream().flatMap(line -> line.meaning(name).stream()).findFirst()
                    .filter(found -> theirs.containsAll(found.parts()));
            if (meaning.isEmpty() || meaning.get().parts().getFirst().equals(name)) {
                String our = meaning.map(Meaning::name).orElse(name);
                List<String> parts = meaning.map(Meaning::parts).orElse(List.of(name));
                List<String> other = ours.putIfAbsent(our, parts);
                if (other != null) {
                    throw new UnknownModelException(file + " holds one tensor under two names, '" + other.getFirst() + "' and '" + name
                            + "'; remove the one that is not meant");
                }
            }
        }
        return ours;
    }

    /// @param parts their names, in the order of the rows
    private record Meaning(String name, List<String> parts) {}

    /// @param alternatives what may stand in `<>`
    private record Line(Pattern theirs, List<String> alternatives, String ours) {
        static Line of(String prefix, String theirs, String ours) {
            List<String> alternatives = new ArrayList<>();
            String pattern = replaced(THEIRS, theirs, Pattern::quote, token -> {
                if (token.group(1) != null) {
                    return "(?<" + token.group(1) + ">" + NUMBER + ")";
                }
                if (token.group(2) != null) {
                    return "(?:" + oneOf(token.group(2)) + ")?";
                }
                if (token.group(3) != null) {
                    return "(?:" + oneOf(token.group(3)) + ")";
                }
                if (token.group(4) != null) {
                    alternatives.addAll(List.of(token.group(4).split("\\|")));
                    return "(?<part>" + oneOf(token.group(4)) + ")";
                }
                return "(?<rest>[^.]+)";
            });
            return new Line(Pattern.compile(prefix + pattern), List.copyOf(alternatives), ours);
        }

        private static String oneOf(String alternatives) {
            return String.join("|", List.of(alternatives.split("\\|")).stream().map(Pattern::quote).toList());
        }

        Optional<Meaning> meaning(String name) {
            Matcher matcher = theirs.matcher(name);
            if (!matcher.matches()) {
                return Optional.empty();
            }
            String our = replaced(OURS, ours, Function.identity(),
                    token -> token.group(1) == null ? matcher.group("rest") : number(token, matcher));
            if (alternatives.isEmpty()) {
                return Optional.of(new Meaning(our, List.of(name)));
            }
            String before = name.substring(0, matcher.start("part"));
            String after = name.substring(matcher.end("part"));
            return Optional.of(new Meaning(our, alternatives.stream().map(part -> before + part + after).toList()));
        }

        /// `{s+2}`
        private static String number(MatchResult token, Matcher numbers) {
            int first = value(token.group(1), numbers);
            if (token.group(2) == null) {
                return Integer.toString(first);
            }
            int second = value(token.group(3), numbers);
            return Integer.toString(token.group(2).equals("+") ? first + second : first - second);
        }

        private static int value(String digitOrLetter, Matcher numbers) {
            return Integer.parseInt(Character.isDigit(digitOrLetter.charAt(0)) ? digitOrLetter : numbers.group(digitOrLetter));
        }
    }

    private static String replaced(Pattern tokens, String text, Function<String, String> between,
            Function<MatchResult, String> replacement) {
        StringBuilder all = new StringBuilder();
        int end = 0;
        for (MatchResult token : tokens.matcher(text).results().toList()) {
            all.append(between.apply(text.substring(end, token.start()))).append(replacement.apply(token));
            end = token.end();
        }
        return all.append(between.apply(text.substring(end))).toString();
    }
}
