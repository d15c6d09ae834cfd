package dev.maskforge.vision;

import dev.maskforge.kernels.Softmax;

/// The softmax of the class logits of one picture, float32 `[Q, K + 1]`; the last class is "no object".
final class ClassProbabilities {
    private final float[] probabilities;
    private final int queries;
    private final int classes;

    private ClassProbabilities(float[] probabilities, int queries, int classes) {
        this.probabilities = probabilities;
        this.queries = queries;
        this.classes = classes;
    }

    static ClassProbabilities of(QueryOutputs outputs, int image) {
        int length = outputs.classes() + 1;
        float[] probabilities = new float[Math.multiplyExact(outputs.queries(), length)];
        new Softmax(length).rows(outputs.classLogits(image), outputs.queries(), probabilities);
        return new ClassProbabilities(probabilities, outputs.queries(), outputs.classes());
    }

    /// `[Q, K + 1]`, shared.
    float[] all() {
        return probabilities;
    }

    int queries() {
        return queries;
    }

    /// `K`, which is also the index of "no object".
    int classes() {
        return classes;
    }

    float of(int query, int trainId) {
        return probabilities[query * (classes + 1) + trainId];
    }

    /// The likeliest class of a query, "no object" included; the lowest of equals.
    int likeliest(int query) {
        int best = 0;
        for (int i = 1; i <= classes; i++) {
            best = of(query, i) > of(query, best) ? i : best;
        }
        return best;
    }
}
