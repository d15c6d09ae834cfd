package dev.maskforge.cli;

import dev.maskforge.vision.Box;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.Instance;
import dev.maskforge.vision.InstanceSegmentation;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.PanopticSegmentation;
import dev.maskforge.vision.Segment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// What a model said of a picture, in a few words for people and whole for machines.
final class AnswerText {
    /// The largest so many are named.
    private static final int NAMED = 3;

    private AnswerText() {
    }

    /// Such as `road 48 %, sky 21 %, car 12 %`, or `14 segments (8 x car, 2 x person, 1 x road)`.
    static String of(Answer answer, ClassList classes) {
        return answer.panoptic().map(found -> segments(found, classes))
                .or(() -> answer.instances().map(found -> instances(found, classes)))
                .or(() -> answer.labels().map(found -> labels(found, classes)))
                .orElse("nothing asked");
    }

    private static String labels(LabelMap labels, ClassList classes) {
        long[] histogram = labels.histogram(classes.size());
        return IntStream.range(0, histogram.length).filter(label -> histogram[label] > 0).boxed()
                .sorted((a, b) -> Long.compare(histogram[b], histogram[a]))
                .limit(NAMED)
                .map(label -> String.format(Locale.ROOT, "%s %.0f %%", classes.get(label).name(),
                        100.0 * histogram[label] / labels.pixels()))
                .collect(Collectors.joining(", "));
    }

    private static String segments(PanopticSegmentation found, ClassList classes) {
        return counted(found.segments(), "segment", Segment::trainId, classes);
    }

    private static String instances(InstanceSegmentation found, ClassList classes) {
        List<Instance> sure = found.instances().stream().filter(instance -> instance.score() >= ResultFiles.LEAST_SCORE_SHOWN).toList();
        return counted(sure, "instance", Instance::trainId, classes);
    }

    private static <T> String counted(List<T> found, String noun, ToIntFunction<T> trainId, ClassList classes) {
        Map<Integer, Integer> byClass = new TreeMap<>();
        found.forEach(each -> byClass.merge(trainId.applyAsInt(each), 1, Integer::sum));
        String commonest = byClass.entrySet().stream().sorted(Map.Entry.<Integer, Integer>comparingByValue().reversed()).limit(NAMED)
                .map(entry -> entry.getValue() + " x " + classes.get(entry.getKey()).name()).collect(Collectors.joining(", "));
        return Words.counted(found.size(), noun) + (found.isEmpty() ? "" : " (" + commonest + ")");
    }

    /// `pixels` by class, `segments`, `instances`: as far as the model was asked.
    static SequencedMap<String, Object> facts(Answer answer, ClassList classes) {
        SequencedMap<String, Object> facts = new LinkedHashMap<>();
        answer.labels().ifPresent(found -> facts.put("pixels", pixels(found, classes)));
        answer.panoptic().ifPresent(found -> facts.put("segments", found.segments().stream().map(each -> fact(each, classes)).toList()));
        answer.instances().ifPresent(found -> facts.put("instances", found.instances().stream().map(each -> fact(each, classes)).toList()));
        return facts;
    }

    private static SequencedMap<String, Long> pixels(LabelMap labels, ClassList classes) {
        SequencedMap<String, Long> pixels = new LinkedHashMap<>();
        long[] histogram = labels.histogram(classes.size());
        for (int label = 0; label < histogram.length; label++) {
            if (histogram[label] > 0) {
                pixels.merge(classes.get(label).name(), histogram[label], Long::sum);
            }
        }
        return pixels;
    }

    private static SequencedMap<String, Object> fact(Segment segment, ClassList classes) {
        SequencedMap<String, Object> fact = new LinkedHashMap<>();
        fact.put("id", segment.id());
        fact.put("class", classes.get(segment.trainId()).name());
        fact.put("thing", segment.isThing());
        fact.put("score", segment.score());
        fact.put("area", segment.area());
        return fact;
    }

    private static SequencedMap<String, Object> fact(Instance instance, ClassList classes) {
        SequencedMap<String, Object> fact = new LinkedHashMap<>();
        fact.put("class", classes.get(instance.trainId()).name());
        fact.put("score", instance.score());
        fact.put("area", instance.mask().area());
        Box box = instance.mask().box();
        List<Integer> corner = List.of(box.x(), box.y(), box.width(), box.height());
        fact.put("box", corner);
        return fact;
    }
}
