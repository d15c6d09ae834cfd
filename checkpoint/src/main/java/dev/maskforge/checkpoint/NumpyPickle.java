package dev.maskforge.checkpoint;

import dev.maskforge.checkpoint.pickle.PickleArray;
import dev.maskforge.checkpoint.pickle.PickleDictionary;
import dev.maskforge.checkpoint.pickle.PickleException;
import dev.maskforge.checkpoint.pickle.PickleInterpreter;
import dev.maskforge.checkpoint.pickle.PickleText;
import dev.maskforge.checkpoint.pickle.PickleValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Pickled numpy arrays by name, as Detectron2's published models are: a dictionary that has them under `model` (others say
/// `state_dict`), or is itself their dictionary.
final class NumpyPickle implements CheckpointFormat {
    private static final List<String> PLACES = List.of("model", "state_dict");
    private static final int LONGEST_NAME = 1024;
    private static final int LONGEST_METADATA = 1024;
    private static final int HEAD = 512;

    /// How protocols 0 and 1 begin, which have no magic number: with a container, or with the name of one.
    private static final Pattern OLD_PROTOCOL = Pattern
            .compile("(\\([dlt][pqrSVUXI(.]|\\(S['\"]|[}\\])][q(r.]|\\(?[ci][\\w.]+\\r?\\n[\\w.]+\\r?\\n).*", Pattern.DOTALL);
    /// A pickled magic number, and nothing else in the first of several pickles.
    private static final String LEGACY_TORCH = "\200\2\212\12\154\374\234\106\371\40\152\250\120\31.";

    @Override
    public String title() {
        return "a pickle of numpy arrays (Detectron2's .pkl)";
    }

    @Override
    public boolean recognises(CheckpointFile file) {
        if (file.startsWith(LEGACY_TORCH)) {
            return false;
        }
        return file.startsWith("\200") || OLD_PROTOCOL.matcher(file.head(HEAD)).matches();
    }

    @Override
    public Weights read(CheckpointFile file) {
        try {
            return weights(file, PickleInterpreter.read(file.memory()));
        } catch (PickleException e) {
            throw file.refusal(String.valueOf(e.getMessage()), e);
        }
    }

    private static Weights weights(CheckpointFile file, PickleValue root) {
        if (!(root instanceof PickleDictionary top)) {
            throw file.refusal("the file holds " + root.kind() + ", not a dictionary of arrays; give a checkpoint");
        }
        for (String place : PLACES) {
            if (top.entries().get(place) instanceof PickleDictionary tensors) {
                return new MappedWeights(file, arrays(file, tensors), metadata(top), others(tensors, _ -> true));
            }
        }
        return new MappedWeights(file, arrays(file, top), metadata(top), others(top, value -> scalar(value).isEmpty()));
    }

    private static SequencedMap<String, PickleArray> arrays(CheckpointFile file, PickleDictionary dictionary) {
        SequencedMap<String, PickleArray> arrays = new LinkedHashMap<>();
        dictionary.entries().forEach((name, value) -> {
            if (value instanceof PickleArray array) {
                if (name.isEmpty() || name.length() > LONGEST_NAME || !Printable.isLine(name)) {
                    throw file.refusal("an array is named '" + Printable.line(name, 80)
                            + "', which no layer can be; get the file anew from its publisher");
                }
                if (!array.isComplete()) {
                    throw file.refusal("the array '" + name + "' has no elements; get the file anew from its publisher");
                }
                arrays.put(name, array);
            }
        });
        if (arrays.isEmpty()) {
            String names = dictionary.entries().keySet().stream().limit(5).map(name -> Printable.line(name, 40))
                    .collect(Collectors.joining(", "));
            throw file.refusal("the file holds no arrays" + (names.isEmpty() ? "" : ", but " + names) + "; give a checkpoint");
        }
        return arrays;
    }

    private static SequencedMap<String, String> metadata(PickleDictionary top) {
        SequencedMap<String, String> metadata = new LinkedHashMap<>();
        top.entries().forEach((name, value) -> scalar(value).ifPresent(text -> metadata.put(Printable.line(name, 80), text)));
        return metadata;
    }

    private static Optional<String> scalar(PickleValue value) {
        return switch (value) {
            case PickleText text when text.isShorterThan(LONGEST_METADATA) -> Optional.of(Printable.line(text.string()));
            case PickleValue.Truth truth -> Optional.of(truth == PickleValue.Truth.TRUE ? "true" : "false");
            case PickleValue.Whole(long number) -> Optional.of(Long.toString(number));
            case PickleValue.Real(double number) -> Optional.of(Double.toString(number));
            default -> Optional.empty();
        };
    }

    private static SequencedMap<String, String> others(PickleDictionary dictionary, Predicate<PickleValue> which) {
        SequencedMap<String, String> others = new LinkedHashMap<>();
        dictionary.entries().forEach((name, value) -> {
            if (!(value instanceof PickleArray) && which.test(value)) {
                others.put(Printable.line(name, 80), value.kind());
            }
        });
        return others;
    }
}
