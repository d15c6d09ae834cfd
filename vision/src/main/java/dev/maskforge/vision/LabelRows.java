package dev.maskforge.vision;

import dev.maskforge.kernels.Workers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;

/// Labels of one byte as an engine leaves them, row by row.
///
/// @param memory of at least `height` rows
/// @param begin  of the first row, in bytes, at least 0
/// @param stride from one row to the next, in bytes, at least `width`
/// @param height of the picture, at least 1
/// @param width  of the picture, at least 1
public record LabelRows(MemorySegment memory, long begin, long stride, int height, int width) {
    /// As much as is work for a thread that has to be woken first.
    private static final int BAND_BYTES = 1 << 19;

    /// @throws IllegalArgumentException if a size is none
    public LabelRows {
        if (begin < 0 || height < 1 || width < 1 || stride < width) {
            throw new IllegalArgumentException(
                    "no rows of labels: " + height + " of " + width + " from byte " + begin + ", one every " + stride);
        }
    }

    /// Copies the labels to the beginning of an array, large ones by several threads. Each row is looked at while the processor still
    /// has it.
    ///
    /// @param limit 1 to 256
    /// @return whether all labels are below the limit
    public boolean copyTo(byte[] target, int limit, Workers workers) {
        AtomicBoolean areBelow = new AtomicBoolean(true);
        workers.touching(memory).forEachBand(height, Math.max(1, BAND_BYTES / width), () -> (from, to) -> {
            if (!copyTo(target, limit, from, to)) {
                areBelow.set(false);
            }
        });
        return areBelow.get();
    }

    private boolean copyTo(byte[] target, int limit, int from, int to) {
        boolean areBelow = true;
        for (int y = from; y < to; y++) {
            areBelow &= copyRow(target, limit, y);
        }
        return areBelow;
    }

    /// By itself, so that it is compiled after a few thousand rows, some fifteen maps: a loop of 512 rows is after some 180.
    private boolean copyRow(byte[] target, int limit, int y) {
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, begin + y * stride, target, y * width, width);
        return LabelBytes.areBelow(limit, target, y * width, (y + 1) * width);
    }
}
