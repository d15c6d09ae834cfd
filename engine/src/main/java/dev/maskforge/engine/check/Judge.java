package dev.maskforge.engine.check;

import dev.maskforge.engine.Agreement;
import dev.maskforge.engine.Comparator;
import dev.maskforge.engine.OutputError;
import dev.maskforge.graph.Dimension;
import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import dev.maskforge.graph.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// Holds what an engine says against what is expected, place by place.
final class Judge {
    private final List<Expected> expected;
    private final Head head;
    private final String classLogits;
    private final String maskLogits;
    private final SequencedMap<Key, Sum> sums = new LinkedHashMap<>();
    private Optional<Batch> worstBatch = Optional.empty();
    private double worstShare = Double.POSITIVE_INFINITY;

    private record Key(CheckPart.Kind kind, long batch) {}

    private static final class Sum {
        private final Map<String, OutputError> errors = new LinkedHashMap<>();
        private final List<String> wrong = new ArrayList<>();
        private Agreement agreement = Agreement.NONE;
        private CheckPart.Place worst = new CheckPart.Place(0, 0, Agreement.NONE);

        void wrong(String what) {
            if (!wrong.contains(what)) {
                wrong.add(what);
            }
        }
    }

    Judge(List<Expected> expected, Head head, String classLogits, String maskLogits) {
        this.expected = expected;
        this.head = head;
        this.classLogits = classLogits;
        this.maskLogits = maskLogits;
    }

    /// Takes raw outputs of a batch.
    void raw(Batch batch, Map<String, Tensor> outputs) {
        Sum sum = sum(CheckPart.Kind.RAW, batch);
        for (int place = 0; place < batch.members().size(); place++) {
            Expected wanted = expected.get(batch.members().get(place));
            Optional<Tensor> classes = part(sum, batch, outputs, classLogits, wanted.classLogits().type(), place);
            Optional<Tensor> masks = part(sum, batch, outputs, maskLogits, wanted.maskLogits().type(), place);
            if (classes.isPresent() && masks.isPresent()) {
                error(sum, batch, place, Comparator.error(classLogits, wanted.classLogits(), classes.get()));
                error(sum, batch, place, Comparator.error(maskLogits, wanted.maskLogits(), masks.get()));
                Shape shape = wanted.scores().shape();
                Tensor scores = head.scores(classes.get(), masks.get(), shape.get(2).size(), shape.get(3).size());
                add(sum, batch, place, Comparator.agreementOfScores(wanted.scores(), scores));
            }
        }
    }

    /// Takes labels of a batch.
    void labels(Batch batch, SequencedMap<String, Tensor> outputs) {
        Sum sum = sum(CheckPart.Kind.LABELS, batch);
        Map.Entry<String, Tensor> labels = outputs.firstEntry();
        for (int place = 0; place < batch.members().size(); place++) {
            Expected wanted = expected.get(batch.members().get(place));
            Shape scores = wanted.scores().shape();
            TensorType type = new TensorType(labels.getValue().dataType(), new Shape(List.of(Dimension.ONE, scores.get(2), scores.get(3))));
            Optional<Tensor> given = part(sum, batch, outputs, labels.getKey(), type, place);
            if (given.isPresent() && !isInteger(given.get())) {
                sum.wrong("'" + labels.getKey() + "' is " + labels.getValue() + ", and labels are integers");
            } else if (given.isPresent()) {
                add(sum, batch, place, Comparator.agreement(wanted.scores(), given.get()));
            }
        }
    }

    private static boolean isInteger(Tensor tensor) {
        return switch (tensor.dataType()) {
            case UINT8, INT32, INT64 -> true;
            default -> false;
        };
    }

    private Sum sum(CheckPart.Kind kind, Batch batch) {
        return sums.computeIfAbsent(new Key(kind, batch.size()), _ -> new Sum());
    }

    /// One place of a batch's output, if the output is of the type that all places together make.
    private static Optional<Tensor> part(Sum sum, Batch batch, Map<String, Tensor> outputs, String name, TensorType type, int place) {
        List<Dimension> dimensions = new ArrayList<>(type.shape().dimensions());
        dimensions.set(0, Dimension.of(batch.members().size()));
        TensorType wanted = new TensorType(type.dataType(), new Shape(dimensions));
        Tensor output = outputs.get(name);
        if (output == null || !output.type().equals(wanted)) {
            sum.wrong("'" + name + "' is " + (output == null ? "missing" : output.toString()) + ", not " + wanted);
            return Optional.empty();
        }
        long bytes = output.memory().byteSize() / batch.members().size();
        return Optional.of(new Tensor(type, output.memory().asSlice(place * bytes, bytes)));
    }

    private static void error(Sum sum, Batch batch, int place, OutputError error) {
        if (!Double.isFinite(error.largestDifference())) {
            sum.wrong("'" + error.output() + "' has values that are not finite where the reference's are, in place " + (place + 1) + " of "
                    + batch.members().size());
        }
        sum.errors.merge(error.output(), error, OutputError::worse);
    }

    private void add(Sum sum, Batch batch, int place, Agreement agreement) {
        boolean isFirst = sum.agreement.equals(Agreement.NONE);
        sum.agreement = sum.agreement.plus(agreement);
        CheckPart.Place here = new CheckPart.Place(batch.members().get(place), place, agreement);
        if (isFirst || here.share() < sum.worst.share()) {
            sum.worst = here;
        }
        if (here.share() < worstShare) {
            worstShare = here.share();
            worstBatch = Optional.of(batch);
        }
    }

    List<CheckPart> parts() {
        List<CheckPart> parts = new ArrayList<>();
        sums.forEach((key, sum) -> parts.add(new CheckPart(key.kind(), key.batch(), sum.agreement, sum.worst,
                List.copyOf(sum.errors.values()), sum.wrong)));
        return parts;
    }

    /// The batch with the picture that agrees least; some batch if none was compared.
    Batch worstBatch() {
        return worstBatch.orElse(new Batch(1, List.of(0)));
    }
}
