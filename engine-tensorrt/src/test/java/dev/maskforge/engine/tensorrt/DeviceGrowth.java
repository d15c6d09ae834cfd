package dev.maskforge.engine.tensorrt;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/// By how much device memory is less after work that is done again and again. The driver tells of what is free for all processes,
/// of which others take and give back some, too, now and then: a leak of ours is there each time.
final class DeviceGrowth {
    /// The driver takes memory from the device in blocks of 2 MiB and hands it out in smaller pieces, so that two moments at which
    /// the same is held may differ by one block on each side.
    static final long BOUND = 2 * (2L << 20);
    /// Each time as much work is done between two moments.
    static final int TIMES = 5;

    private DeviceGrowth() {
    }

    /// Does the work once, and where memory changed, up to five times.
    ///
    /// @param free memory in bytes
    /// @return bytes, as of [#of(List)]
    static long after(Runnable work, LongSupplier free) {
        List<Long> moments = new ArrayList<>(List.of(free.getAsLong()));
        do {
            work.run();
            moments.add(free.getAsLong());
        } while (!isQuiet(of(moments)) && moments.size() <= TIMES);
        return of(moments);
    }

    /// From the first moment to the last; where that is more than the [bound][#BOUND], the median growth from one moment to the
    /// next, as often as there were some. Where most grow by nothing, a single one that does is taken for another process; two or
    /// more are a leak that comes in lumps, and count whole.
    ///
    /// @param free memory in bytes at two or more moments with as much work between each and the next
    static long of(List<Long> free) {
        long whole = free.getFirst() - free.getLast();
        if (isQuiet(whole)) {
            return whole;
        }
        List<Long> steps = new ArrayList<>();
        for (int i = 1; i < free.size(); i++) {
            steps.add(free.get(i - 1) - free.get(i));
        }
        long usual = steps.stream().sorted().toList().get(steps.size() / 2) * steps.size();
        boolean inLumps = whole > 0 && steps.stream().filter(step -> step > 0).count() > 1;
        return isQuiet(usual) && inLumps ? whole : usual;
    }

    /// Whether it is no leak: less is held only where others gave something back.
    static boolean isNone(long growth) {
        return growth <= BOUND;
    }

    /// Whether nobody took or gave anything.
    private static boolean isQuiet(long growth) {
        return Math.abs(growth) <= BOUND;
    }
}
