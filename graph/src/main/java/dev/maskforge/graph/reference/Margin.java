package dev.maskforge.graph.reference;

/// How sure scores are of a pixel's class.
public final class Margin {
    /// A best score that is not above this leaves no margin: no query claims the pixel. A margin is relative, so without a
    /// floor classes of 1e-7 and 0.9e-7 would count as told apart. Of a score of 1e-3 the 2 % that make a pixel clear are
    /// 2e-5, which half precision has no normal number for (the smallest is 6.1e-5).
    public static final float FAINTEST = 1e-3f;

    private Margin() {
    }

    /// Of the best and the second best score: 1 - second / best, from 0 (a tie; a best score that is too faint; scores that are
    /// none: negative or not a number) to 1 (no other class has any).
    public static float of(float best, float second) {
        float margin = best > FAINTEST ? 1 - Math.max(0, second) / best : 0;
        return Float.isNaN(margin) ? 0 : margin;
    }
}
