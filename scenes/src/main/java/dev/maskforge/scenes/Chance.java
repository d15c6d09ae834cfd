package dev.maskforge.scenes;

import java.util.List;

/// Random numbers that are equal for equal seeds on every machine and in every version: SplitMix64 (Steele, Lea and
/// Flood, "Fast splittable pseudorandom number generators", 2014).
final class Chance {
    private static final long GAMMA = 0x9e3779b97f4a7c15L;

    private long state;

    Chance(long seed) {
        this.state = seed;
    }

    long bits() {
        state += GAMMA;
        long mixed = state;
        mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
    }

    /// Numbers of its own for a part, so that a change of one part leaves the others as they were.
    Chance split() {
        return new Chance(bits());
    }

    /// 0 to 1, 1 excluded.
    double unit() {
        return (bits() >>> 11) * 0x1.0p-53;
    }

    double between(double least, double most) {
        return least + (most - least) * unit();
    }

    /// 0 to `count` - 1.
    int index(int count) {
        return (int) (unit() * count);
    }

    boolean happens(double probability) {
        return unit() < probability;
    }

    <T> T oneOf(List<T> things) {
        return things.get(index(things.size()));
    }

    /// About normal with mean 0 and deviation 1, within -6 to 6: the sum of twelve.
    double normal() {
        double sum = -6;
        for (int i = 0; i < 12; i++) {
            sum += unit();
        }
        return sum;
    }
}
