package dev.maskforge.checkpoint;

import dev.maskforge.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Hugging Face's safetensors: the header's length in 8 bytes, a header in JSON, then the elements of all tensors.
///
/// What its reference implementation refuses is refused here: see `safetensors/src/tensor.rs` of huggingface/safetensors.
final class Safetensors implements CheckpointFormat {
    /// As in the reference implementation.
    private static final long LONGEST_HEADER = 100_000_000;
    private static final String CURE = "the file is damaged or cut short, download it anew";

    @Override
    public String title() {
        return "a safetensors file (.safetensors)";
    }

    /// By the beginning of a header. The length before it may be a lie, and may look like the beginning of a pickle.
    @Override
    public boolean recognises(CheckpointFile file) {
        return file.has(Long.BYTES, "{\"") || file.has(Long.BYTES, "{}") || file.has(Long.BYTES, "{") && isPlausible(length(file), file);
    }

    private static boolean isPlausible(long length, CheckpointFile file) {
        return length > 0 && length <= Math.min(LONGEST_HEADER, file.memory().byteSize() - Long.BYTES);
    }

    private static long length(CheckpointFile file) {
        return file.memory().get(Tensor.INT64, 0);
    }

    @Override
    public Weights read(CheckpointFile file) {
        long length = length(file);
        if (!isPlausible(length, file)) {
            throw file.refusal("its header says to have " + Long.toUnsignedString(length) + " bytes, but it may have 1 to " + LONGEST_HEADER
                    + " and the file has " + (file.memory().byteSize() - Long.BYTES) + " after that number; " + CURE);
        }
        MemorySegment header = file.memory().asSlice(Long.BYTES, length);
        MemorySegment data = file.memory().asSlice(Long.BYTES + length);
        return new SafetensorsWeights(file, data, SafetensorsHeader.read(file, withoutPadding(header), data.byteSize()));
    }

    /// Writers fill a header up with spaces, so that the elements are aligned.
    private static MemorySegment withoutPadding(MemorySegment header) {
        long end = header.byteSize();
        while (end > 0 && header.get(ValueLayout.JAVA_BYTE, end - 1) == ' ') {
            end--;
        }
        return header.asSlice(0, end);
    }
}
