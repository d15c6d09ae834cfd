package dev.maskforge.engine.tensorrt;

import dev.maskforge.engine.DeviceTimes;
import dev.maskforge.engine.tensorrt.cuda.Cuda;
import dev.maskforge.engine.tensorrt.cuda.Resources;

/// Events between the stages of a run, which tell how long each took on the device.
///
/// @param started   before the inputs are copied
/// @param copiedIn  before the network
/// @param computed  after it
/// @param copiedOut after the outputs are copied
record StageMarks(long started, long copiedIn, long computed, long copiedOut) {
    /// Makes them; the resources give them back.
    static StageMarks make(Cuda cuda, Resources resources) {
        return new StageMarks(event(cuda, resources), event(cuda, resources), event(cuda, resources), event(cuda, resources));
    }

    /// Makes one event; the resources give it back.
    static long event(Cuda cuda, Resources resources) {
        long event = cuda.newEvent();
        resources.add(() -> cuda.destroyEvent(event));
        return event;
    }

    /// What they say of a run that has ended.
    DeviceTimes read(Cuda cuda) {
        return new DeviceTimes(nanoseconds(cuda, started, copiedIn), nanoseconds(cuda, copiedIn, computed),
                nanoseconds(cuda, computed, copiedOut));
    }

    private static long nanoseconds(Cuda cuda, long from, long to) {
        return (long) (cuda.milliseconds(from, to) * 1e6);
    }
}
