package dev.maskforge.checkpoint;

import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// What the header of a safetensors file says, checked.
///
/// @param entries  by name, in the header's order
/// @param metadata what `__metadata__` says, without texts that are too long to be worth saying
record SafetensorsHeader(SequencedMap<String, SafetensorsEntry> entries, SequencedMap<String, String> metadata) {
    SafetensorsHeader {
        entries = Collections.unmodifiableSequencedMap(entries);
        metadata = Collections.unmodifiableSequencedMap(metadata);
    }

    /// Reads the header of a file.
    ///
    /// @param text the header without its padding
    /// @param data how many bytes follow the header: the tensors must take just these
    /// @throws CheckpointException if it is not as the format wants it
    static SafetensorsHeader read(CheckpointFile file, MemorySegment text, long data) {
        SafetensorsHeader header = SafetensorsParser.parse(file, text);
        if (header.entries.isEmpty()) {
            throw file.refusal("the file holds no tensors; give a checkpoint");
        }
        header.refuseGaps(file, data);
        return header;
    }

    /// What lies between tensors, or in two of them, may be meant for another reader.
    private void refuseGaps(CheckpointFile file, long data) {
        List<Map.Entry<String, SafetensorsEntry>> ordered = entries.entrySet().stream()
                .sorted(Map.Entry
                        .comparingByValue(Comparator.comparingLong(SafetensorsEntry::begin).thenComparingLong(SafetensorsEntry::end)))
                .toList();
        long end = 0;
        for (Map.Entry<String, SafetensorsEntry> each : ordered) {
            if (each.getValue().begin() != end) {
                throw damaged(file, "the tensor '" + Printable.line(each.getKey(), 80) + "' begins at byte " + each.getValue().begin()
                        + " of the data, where the one before ends at " + end);
            }
            end = each.getValue().end();
        }
        if (end != data) {
            throw damaged(file, "the tensors take " + end + " bytes, but " + data + " follow the header");
        }
    }

    static CheckpointException damaged(CheckpointFile file, String what) {
        return file.refusal(what + "; the file is damaged or cut short, download it anew");
    }
}
