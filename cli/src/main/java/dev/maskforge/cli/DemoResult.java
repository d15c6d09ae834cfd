package dev.maskforge.cli;

import dev.maskforge.evaluation.ConfusionMatrix;
import dev.maskforge.models.Task;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.Size;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// What came of a demo.
///
/// @param scenes what was segmented
/// @param models in the order of [Samples#models()]
/// @param engine what ran them
record DemoResult(Size size, ClassList classes, List<SampleScene> scenes, List<OfModel> models, Engine engine) {
    /// What ran the models.
    record Engine(String name, String version, String precision, int threads) {}

    /// What came of a model.
    ///
    /// @param description  of its network and task, in a few words
    /// @param task         what it was trained for
    /// @param parameters   floating-point elements of its checkpoint
    /// @param trainingData what its checkpoint says that it was trained on
    /// @param answers      by scene
    /// @param files        by scene
    /// @param confusion    over all scenes
    record OfModel(Samples.Model sample, String description, Task task, long parameters, Optional<String> trainingData,
            Converted converted, List<Answer> answers,
            List<SequencedMap<Product, Path>> files, ConfusionMatrix confusion, LatencyTrial.Times times) {
        LabelMap labels(int scene) {
            return answers.get(scene).labels().orElseThrow();
        }

        double meanIntersectionOverUnion() {
            return confusion.meanIntersectionOverUnion().orElse(0);
        }

        /// The SHA-256 of the label maps' bytes, one after the other: equal hashes, equal maps.
        String labelsHash() {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                for (Answer answer : answers) {
                    digest.update(answer.labels().orElseThrow().bytes());
                }
                return HexFormat.of().formatHex(digest.digest());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java has SHA-256", e);
            }
        }
    }

    /// A model as ONNX.
    record Converted(Path file, int nodes, long bytes, Duration time) {}

    /// The share of a scene's pixels that a model gave their class.
    double accuracy(OfModel model, int scene) {
        ConfusionMatrix one = ConfusionMatrix.ofClasses(classes.size());
        one.add(model.labels(scene), scenes.get(scene).truth(), SampleScene.VOID);
        return one.pixelAccuracy().orElse(0);
    }
}
