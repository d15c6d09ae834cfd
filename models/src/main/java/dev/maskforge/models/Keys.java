package dev.maskforge.models;

import dev.maskforge.graph.Shape;
import dev.maskforge.graph.TensorType;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// The names and shapes of a checkpoint's tensors, with the questions that recognising a model asks of them. What does
/// not answer is an [UnknownModelException].
final class Keys {
    private static final String CURE = "Maskforge reads MaskFormer and Mask2Former with ResNet or Swin backbones, as both repositories' model zoos have them";
    /// No model has more queries, classes, heads or channels.
    private static final long MOST = 100_000;

    private final String file;
    private final Map<String, TensorType> types;
    private final NavigableSet<String> names;

    Keys(String file, Map<String, TensorType> types) {
        this.file = file;
        this.types = types;
        this.names = new TreeSet<>(types.keySet());
    }

    /// Whether a name begins like this.
    boolean has(String prefix) {
        String first = names.ceiling(prefix);
        return first != null && first.startsWith(prefix);
    }

    /// How many of `prefix0.`, `prefix1.`, ... there are: at least one.
    int repeated(String prefix) {
        int count = repeatedOrNone(prefix);
        if (count == 0) {
            throw unknown("it has no '" + prefix + "0.…'");
        }
        return count;
    }

    int repeatedOrNone(String prefix) {
        int count = 0;
        while (has(prefix + count + ".")) {
            count++;
        }
        Pattern numbered = Pattern.compile(Pattern.quote(prefix) + "(\\d+)\\..*");
        int found = count;
        types.keySet().stream().map(numbered::matcher).filter(matcher -> matcher.matches() && !matcher.group(1).matches("0|[1-9]\\d{0,3}")
                || matcher.matches() && Integer.parseInt(matcher.group(1)) >= found).findFirst().ifPresent(matcher -> {
                    throw unknown("it has '" + matcher.group() + "' but no '" + prefix + found + ".…'");
                });
        return count;
    }

    /// The size of the first axis.
    long rows(String key) {
        Shape shape = shape(key);
        if (shape.rank() == 0) {
            throw unknown("'" + key + "' is a single number");
        }
        return count(shape.get(0).size());
    }

    Shape matrix(String key) {
        Shape shape = shape(key);
        if (shape.rank() != 2) {
            throw unknown("'" + key + "' is " + shape + ", not a matrix");
        }
        return shape;
    }

    private Shape shape(String key) {
        TensorType type = types.get(key);
        if (type == null) {
            throw unknown("it has no '" + key + "'");
        }
        if (type.shape().dimensions().stream().anyMatch(dimension -> dimension.size() == 0)) {
            throw unknown("'" + key + "' " + type.shape() + " is empty");
        }
        return type.shape();
    }

    int count(long size) {
        if (size > MOST) {
            throw unknown("it counts " + size + " channels, queries or classes");
        }
        return (int) size;
    }

    /// Channels that divide into this many heads.
    long divisible(long channels, int heads) {
        if (channels % heads != 0) {
            throw unknown(channels + " channels do not divide into " + heads + " heads");
        }
        return channels;
    }

    /// A name to show of those there are.
    String example() {
        return types.keySet().stream().findFirst().map(key -> " ('" + key + "', …)").orElse("");
    }

    UnknownModelException unknown(String why) {
        return new UnknownModelException(file + " holds no model that can be built: " + why + "; " + CURE);
    }
}
