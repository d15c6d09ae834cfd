package dev.maskforge.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.zip.CRC32;

/// A record of a [ZipArchive]. Its checksum is computed when its bytes are first wanted, so that nobody pays for records that
/// they do not read.
final class ZipRecord {
    /// Fits the second-level cache. The bytes are copied to it, since a checksum over the mapped file itself would bring down
    /// the JVM if somebody cut the file meanwhile; copying is what the JVM makes an error of.
    private static final int CHUNK = 1 << 16;

    private final CheckpointFile file;
    private final String name;
    private final long begin;
    private final long size;
    private final int checksum;
    private boolean isChecked;

    ZipRecord(CheckpointFile file, String name, long begin, long size, int checksum) {
        this.file = file;
        this.name = name;
        this.begin = begin;
        this.size = size;
        this.checksum = checksum;
    }

    String name() {
        return name;
    }

    /// Of its first byte in the file.
    long begin() {
        return begin;
    }

    /// In bytes.
    long size() {
        return size;
    }

    /// CRC-32, as the archive's directory has it.
    int checksum() {
        return checksum;
    }

    /// The bytes, a view of the file.
    ///
    /// @throws CheckpointException if their checksum is another than the archive says
    synchronized MemorySegment memory() {
        MemorySegment memory = file.memory().asSlice(begin, size);
        if (!isChecked) {
            require(memory);
            isChecked = true;
        }
        return memory;
    }

    private void require(MemorySegment memory) {
        CRC32 actual = new CRC32();
        byte[] chunk = new byte[(int) Math.min(CHUNK, size)];
        for (long done = 0; done < size; done += CHUNK) {
            int count = (int) Math.min(CHUNK, size - done);
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, done, chunk, 0, count);
            actual.update(chunk, 0, count);
        }
        if ((int) actual.getValue() != checksum) {
            throw file.refusal("the record '" + Printable.line(name, 80) + "' of this zip archive has a wrong checksum; download it anew, "
                    + "or if you saved it with torch.serialization.set_crc32_options(False), save it with True");
        }
    }
}
