package dev.maskforge.scenes;

import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.Size;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// How well colour and place alone do on scenes: fitted on some, scored on others.
///
/// @param balance the choice that did best on some of the scenes that it was fitted on
/// @param iou     the intersection over union of each class, 0 to 1
record ColourPositionScore(double balance, List<Double> iou) {
    private static final double[] BALANCES = {0, 0.25, 0.5};

    static ColourPositionScore of(int fitted, int scored, Size size) {
        ColourPositionClassifier classifier = new ColourPositionClassifier();
        for (int seed = 0; seed < fitted; seed++) {
            Scene scene = StreetScenes.generate(100_000 + seed, size);
            classifier.fit(scene.image(), scene.labelTrainIds());
        }
        double balance = Arrays.stream(BALANCES).boxed()
                .max(Comparator.comparingDouble(choice -> mean(score(classifier, 100_000, Math.max(1, fitted / 10), size, choice))))
                .orElseThrow();
        return new ColourPositionScore(balance, score(classifier, 900_000, scored, size, balance));
    }

    double mean() {
        return mean(iou);
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    private static List<Double> score(ColourPositionClassifier classifier, long firstSeed, int scenes, Size size, double balance) {
        long[] both = new long[ColourPositionClassifier.CLASSES];
        long[] either = new long[ColourPositionClassifier.CLASSES];
        for (int index = 0; index < scenes; index++) {
            Scene scene = StreetScenes.generate(firstSeed + index, size);
            LabelMap truth = scene.labelTrainIds();
            LabelMap predicted = classifier.predict(scene.image(), balance);
            for (int pixel = 0; pixel < truth.pixels(); pixel++) {
                int label = truth.at(pixel);
                if (label == Scene.VOID) {
                    continue;
                }
                int guess = predicted.at(pixel);
                either[label]++;
                if (guess == label) {
                    both[label]++;
                } else {
                    either[guess]++;
                }
            }
        }
        return IntStream.range(0, both.length).mapToObj(label -> either[label] == 0 ? 0.0 : both[label] / (double) either[label])
                .toList();
    }
}
