package dev.maskforge.checkpoint;

import dev.maskforge.checkpoint.pickle.PickleArray;
import dev.maskforge.checkpoint.pickle.PickleDictionary;
import dev.maskforge.checkpoint.pickle.PickleText;
import dev.maskforge.checkpoint.pickle.PickleValue;
import dev.maskforge.checkpoint.pickle.StoredTensor;
import dev.maskforge.checkpoint.pickle.TorchTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Finds a model's tensors in what a checkpoint's pickle holds: a dictionary that has them under `model` or one of the other
/// names that trainers use, or is itself their dictionary.
final class NamedTensors {
    private static final List<String> PLACES = List.of("model", "state_dict", "model_state", "model_state_dict");
    /// What `DataParallel` puts before every name.
    private static final String WRAPPER = "module.";
    private static final int LONGEST_NAME = 1024;
    private static final int LONGEST_METADATA = 1024;

    private final CheckpointFile file;

    private NamedTensors(CheckpointFile file) {
        this.file = file;
    }

    /// @throws CheckpointException if there are none, or they are those of another project's models
    static Weights in(CheckpointFile file, PickleValue root) {
        return new NamedTensors(file).find(root);
    }

    private Weights find(PickleValue root) {
        if (!(root instanceof PickleDictionary top)) {
            throw file.refusal("the file holds " + root.kind() + ", not a dictionary of tensors; give a checkpoint");
        }
        for (String place : PLACES) {
            if (top.entries().get(place) instanceof PickleDictionary inner && holdsTensors(inner)) {
                return weights(top, inner, _ -> true);
            }
        }
        return weights(top, top, value -> scalar(value).isEmpty());
    }

    private static boolean holdsTensors(PickleDictionary dictionary) {
        return dictionary.entries().values().stream().anyMatch(value -> value instanceof PickleArray || value instanceof TorchTensor);
    }

    private Weights weights(PickleDictionary top, PickleDictionary dictionary, Predicate<PickleValue> isWorthSaying) {
        OpenMmlab.refuse(file, top, dictionary);
        SequencedMap<String, StoredTensor> tensors = new LinkedHashMap<>();
        SequencedMap<String, String> others = new LinkedHashMap<>();
        dictionary.entries().forEach((name, value) -> {
            Optional<StoredTensor> tensor = tensor(name, value);
            if (tensor.isPresent()) {
                tensors.put(checkedName(name), tensor.get());
            } else if (isWorthSaying.test(value)) {
                others.put(Printable.line(name, 80), value.kind());
            }
        });
        if (tensors.isEmpty()) {
            String names = dictionary.entries().keySet().stream().limit(5).map(name -> Printable.line(name, 40))
                    .collect(Collectors.joining(", "));
            throw file.refusal("the file holds no tensors" + (names.isEmpty() ? "" : ", but " + names) + "; give a checkpoint");
        }
        return new MappedWeights(file, withoutWrapper(tensors), metadata(top), others);
    }

    private Optional<StoredTensor> tensor(String name, PickleValue value) {
        return switch (value) {
            case PickleArray array when array.isComplete() -> Optional.of(array);
            case PickleArray _ ->
                throw file.refusal("the array '" + Printable.line(name, 80) + "' has no elements; get the file anew from its publisher");
            case TorchTensor tensor when tensor.isUsable() -> Optional.of(tensor);
            default -> Optional.empty();
        };
    }

    private String checkedName(String name) {
        if (name.isEmpty() || name.length() > LONGEST_NAME || !Printable.isLine(name)) {
            throw file.refusal("an array is named '" + Printable.line(name, 80)
                    + "', which no layer can be; get the file anew from its publisher");
        }
        return name;
    }

    private static SequencedMap<String, StoredTensor> withoutWrapper(SequencedMap<String, StoredTensor> tensors) {
        boolean isWrapped = tensors.keySet().stream().allMatch(name -> name.startsWith(WRAPPER) && name.length() > WRAPPER.length());
        if (!isWrapped) {
            return tensors;
        }
        SequencedMap<String, StoredTensor> unwrapped = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> unwrapped.put(name.substring(WRAPPER.length()), tensor));
        return unwrapped;
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
}
