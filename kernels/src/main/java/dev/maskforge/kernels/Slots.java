package dev.maskforge.kernels;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Scratch memory of a kernel's workers, kept from run to run: as many as ever worked along.
final class Slots<T> {
    private final Supplier<T> maker;
    private final List<T> made = new ArrayList<>();
    private int taken;

    Slots(Supplier<T> maker) {
        this.maker = maker;
    }

    /// All are free again; called before each run.
    synchronized void restart() {
        taken = 0;
    }

    /// One that no other worker of this run has.
    synchronized T take() {
        if (taken == made.size()) {
            made.add(maker.get());
        }
        return made.get(taken++);
    }
}
