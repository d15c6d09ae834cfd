package dev.maskforge.evaluation;

import dev.maskforge.evaluation.CityscapesLabel.Category;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.LabelMap;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Pixel-level semantic labelling of Cityscapes, as cityscapesScripts' `evalPixelLevelSemanticLabeling` computes it: IoU of
/// labels and categories, and both weighted by instances (iIoU), where each object counts as much as one of its class's mean
/// size. Pixels whose true label is ignored do not count.
public final class CityscapesSemanticScorer {
    private static final int NOTHING_IGNORED = -1;

    private final ConfusionMatrix counts = ConfusionMatrix.ofClasses(CityscapesLabel.all().size());
    private final Map<CityscapesLabel, Weighted> byLabel = new EnumMap<>(CityscapesLabel.class);
    private final Map<Category, Weighted> byCategory = new EnumMap<>(Category.class);

    /// Pixels of objects, each object's scaled to the mean size of its class.
    private static final class Weighted {
        private double hits;
        private double misses;

        void add(long objectHits, long pixels, double weight) {
            hits += objectHits * weight;
            misses += (pixels - objectHits) * weight;
        }
    }

    public CityscapesSemanticScorer() {
        CityscapesLabel.things().forEach(label -> byLabel.put(label, new Weighted()));
        for (Category category : Category.values()) {
            if (labels(category).stream().allMatch(CityscapesLabel::hasInstances)) {
                byCategory.put(category, new Weighted());
            }
        }
    }

    private static List<CityscapesLabel> labels(Category category) {
        return CityscapesLabel.all().stream().filter(label -> label.category() == category).toList();
    }

    /// Adds a picture.
    ///
    /// @param picture    its name, for messages
    /// @param prediction label ids, not train ids
    /// @throws EvaluationException if sizes differ, or the prediction has no label ids; nothing is added then
    public void add(String picture, LabelMap prediction, CityscapesTruth truth) {
        LabelIdCheck.CITYSCAPES.require(picture, prediction, truth.labelIds());
        counts.add(prediction, truth.labelIds(), NOTHING_IGNORED);
        addInstances(prediction, truth);
    }

    /// Adds what a model said of a picture.
    ///
    /// @param labels  train ids
    /// @param classes of the model
    /// @throws EvaluationException if sizes differ, or the classes are not Cityscapes'; nothing is added then
    public void add(String picture, LabelMap labels, ClassList classes, CityscapesTruth truth) {
        add(picture, LabelIdCheck.labelIds(labels, classes), truth);
    }

    /// The pixels of a true object, and how many of them were given its label and its category.
    private static final class Instance {
        private final CityscapesLabel label;
        private long pixels;
        private long ofLabel;
        private long ofCategory;

        Instance(CityscapesLabel label) {
            this.label = label;
        }

        void add(CityscapesLabel predicted) {
            pixels++;
            ofLabel += predicted == label ? 1 : 0;
            ofCategory += predicted.category() == label.category() ? 1 : 0;
        }
    }

    private void addInstances(LabelMap prediction, CityscapesTruth truth) {
        Map<Integer, Instance> instances = new TreeMap<>();
        Instance instance = new Instance(CityscapesLabel.UNLABELED);
        int last = -1;
        for (int pixel = 0; pixel < prediction.pixels(); pixel++) {
            int id = truth.instanceIds().at(pixel);
            if (CityscapesTruth.isInstance(id)) {
                if (id != last) {
                    instance = instances.computeIfAbsent(id,
                            each -> new Instance(CityscapesLabel.all().get(CityscapesTruth.labelOf(each))));
                    last = id;
                }
                instance.add(CityscapesLabel.all().get(prediction.at(pixel)));
            }
        }
        instances.values().forEach(each -> {
            Weighted weighted = byLabel.get(each.label);
            Weighted ofCategory = byCategory.get(each.label.category());
            if (weighted != null && ofCategory != null) {
                double weight = each.label.averageSize().orElseThrow() / each.pixels;
                weighted.add(each.ofLabel, each.pixels, weight);
                ofCategory.add(each.ofCategory, each.pixels, weight);
            }
        });
    }

    /// What follows from the pictures so far.
    public CityscapesSemanticScores scores() {
        Map<CityscapesLabel, CityscapesSemanticScores.Score> labels = new EnumMap<>(CityscapesLabel.class);
        for (CityscapesLabel label : CityscapesLabel.all()) {
            labels.put(label, label.isIgnored() ? CityscapesSemanticScores.Score.UNDEFINED : score(label));
        }
        Map<Category, CityscapesSemanticScores.Score> categories = new EnumMap<>(Category.class);
        for (Category category : Category.values()) {
            categories.put(category, score(category));
        }
        return new CityscapesSemanticScores(labels, categories, counts.copy());
    }

    private CityscapesSemanticScores.Score score(CityscapesLabel label) {
        double hits = counts.count(label.id(), label.id());
        double wrong = CityscapesLabel.all().stream().filter(other -> !other.isIgnored() && other != label)
                .mapToLong(other -> counts.count(other.id(), label.id())).sum();
        Weighted weighted = byLabel.get(label);
        return new CityscapesSemanticScores.Score(overlap(hits, wrong, counts.truePixels(label.id()) - hits),
                weighted == null ? Double.NaN : overlap(weighted.hits, wrong, weighted.misses));
    }

    private CityscapesSemanticScores.Score score(Category category) {
        List<CityscapesLabel> all = labels(category);
        List<CityscapesLabel> evaluated = all.stream().filter(label -> !label.isIgnored()).toList();
        if (evaluated.isEmpty()) {
            return CityscapesSemanticScores.Score.UNDEFINED;
        }
        List<CityscapesLabel> others = CityscapesLabel.all().stream()
                .filter(label -> !label.isIgnored() && label.category() != category).toList();
        double hits = pixels(evaluated, evaluated);
        double truth = evaluated.stream().mapToLong(label -> counts.truePixels(label.id())).sum();
        Weighted weighted = byCategory.get(category);
        return new CityscapesSemanticScores.Score(overlap(hits, pixels(others, evaluated), truth - hits),
                weighted == null ? Double.NaN : overlap(weighted.hits, pixels(others, all), weighted.misses));
    }

    private double pixels(List<CityscapesLabel> truth, List<CityscapesLabel> predicted) {
        return truth.stream()
                .mapToLong(label -> predicted.stream().mapToLong(other -> counts.count(label.id(), other.id())).sum())
                .sum();
    }

    /// NaN without a pixel.
    private static double overlap(double hits, double wrong, double missed) {
        return hits / (hits + wrong + missed);
    }
}
