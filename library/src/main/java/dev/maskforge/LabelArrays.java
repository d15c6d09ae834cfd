package dev.maskforge;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/// Arrays for label maps, made while a device computes. Making one takes as long as filling it: its memory is cleared and, where the
/// process has not used it before, got from the system page by page.
///
/// For one run, and one thread.
public final class LabelArrays {
    private final List<Integer> sizes;
    private final Deque<byte[]> ready = new ArrayDeque<>();

    private LabelArrays(List<Integer> sizes) {
        this.sizes = sizes;
    }

    /// To be made for so many pixels each.
    public static LabelArrays of(List<Integer> sizes) {
        return new LabelArrays(List.copyOf(sizes));
    }

    /// None is made beforehand.
    public static LabelArrays none() {
        return of(List.of());
    }

    /// Makes them.
    public void make() {
        sizes.forEach(size -> ready.add(new byte[size]));
    }

    /// One for so many pixels: that whose turn it is if it has this size, and else a new one. Nobody else gets it.
    public byte[] take(int size) {
        byte[] next = ready.peek();
        return next != null && next.length == size ? ready.remove() : new byte[size];
    }
}
