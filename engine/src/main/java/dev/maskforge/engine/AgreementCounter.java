package dev.maskforge.engine;

import dev.maskforge.engine.Agreement.Confusion;
import dev.maskforge.engine.Agreement.Counts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Counts an [Agreement], pixel by pixel. One belongs to one thread; those of several are put together by
/// [Agreement#plus(Agreement)].
public final class AgreementCounter {
    private final Map<Integer, Tally> equal = new HashMap<>();
    private final Map<Long, Tally> confused = new HashMap<>();
    /// The tally of the pixel before, since neighbours are mostly alike.
    private Tally last = new Tally();
    private long lastKey = Long.MIN_VALUE;

    private static final class Tally {
        private long pixels;
        private long clear;
    }

    /// Counts a pixel.
    ///
    /// @param reference the reference's label, 0 or more
    /// @param other     the other's label; any negative one is no class
    /// @param isClear   whether the reference's margin exceeds [Agreement#MARGIN]
    /// @throws IllegalArgumentException if the reference gives no class
    public void add(int reference, int other, boolean isClear) {
        if (reference < 0) {
            throw new IllegalArgumentException("the reference gives a pixel no class, " + reference + "; leave such pixels out");
        }
        long key = key(reference, Math.max(other, Agreement.NO_CLASS));
        if (key != lastKey) {
            last = reference == other
                    ? equal.computeIfAbsent(reference, _ -> new Tally())
                    : confused.computeIfAbsent(key, _ -> new Tally());
            lastKey = key;
        }
        last.pixels++;
        last.clear += isClear ? 1 : 0;
    }

    private static long key(int reference, int other) {
        return (long) reference << Integer.SIZE | other & 0xffff_ffffL;
    }

    /// What has been counted so far.
    public Agreement agreement() {
        SortedMap<Integer, Counts> byClass = new TreeMap<>();
        equal.forEach((label, tally) -> byClass.put(label, new Counts(tally.pixels, tally.pixels, tally.clear, tally.clear)));
        List<Confusion> confusions = new ArrayList<>();
        confused.forEach((key, tally) -> {
            int reference = (int) (key >> Integer.SIZE);
            confusions.add(new Confusion(reference, key.intValue(), tally.pixels, tally.clear));
            byClass.merge(reference, new Counts(tally.pixels, 0, tally.clear, 0), Counts::plus);
        });
        return new Agreement(byClass, confusions);
    }
}
