package dev.maskforge.checkpoint;

import dev.maskforge.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// A zip archive as `torch.save` writes it, of which every byte is accounted for: the records follow each other from the first byte of the file, each as the central directory says, then comes that
/// directory, and the file ends with its end record. So there is one way to read it, and no other reader sees other records.
///
/// Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 to 4.5.
final class ZipArchive {
    private static final int LOCAL = 0x04034b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int END_64 = 0x06064b50;
    private static final int LOCATOR_64 = 0x07064b50;
    private static final int DESCRIPTOR = 0x08074b50;

    private static final int LOCAL_SIZE = 30;
    private static final int CENTRAL_SIZE = 46;
    private static final int END_SIZE = 22;
    private static final int END_64_SIZE = 56;
    private static final int LOCATOR_64_SIZE = 20;

    private static final int EXTRA_64 = 1;
    private static final int ENCRYPTED = 1;
    private static final int HAS_DESCRIPTOR = 1 << 3;
    private static final int STRONGLY_ENCRYPTED = 1 << 6;
    private static final int UTF_8 = 1 << 11;
    private static final int MASKED = 1 << 13;
    private static final long IN_EXTRA = 0xffff_ffffL;
    /// Sizes of a data descriptor: with or without a signature, with sizes of 4 or 8 bytes.
    private static final Set<Long> DESCRIPTOR_SIZES = Set.of(12L, 16L, 20L, 24L);

    /// The largest checkpoints have a few thousand.
    private static final long MOST_RECORDS = 100_000;
    private static final int LONGEST_NAME = 512;
    private static final String ANEW = "the file is damaged or no checkpoint, get it anew from its publisher";

    private final CheckpointFile file;
    private final MemorySegment memory;
    private final SequencedMap<String, ZipRecord> records = new LinkedHashMap<>();
    private final SequencedMap<String, Integer> compressed = new LinkedHashMap<>();

    /// What the end of the file says of the central directory.
    private record Directory(long begin, long end, long count) {}

    /// A record as the central directory has it.
    private record Entry(ZipRecord record, long unpacked, int flags, long header) {}

    private ZipArchive(CheckpointFile file) {
        this.file = file;
        this.memory = file.memory();
    }

    /// Reads the directory, and compares each record's own header with it, but reads no record.
    ///
    /// @throws CheckpointException if anything in it is not as `torch.save` writes it
    static ZipArchive read(CheckpointFile file) {
        ZipArchive archive = new ZipArchive(file);
        Directory directory = archive.directory();
        archive.requireNoGaps(archive.entries(directory), directory.begin);
        return archive;
    }

    /// In the order of the directory.
    SequencedMap<String, ZipRecord> records() {
        return Collections.unmodifiableSequencedMap(records);
    }

    Optional<ZipRecord> find(String name) {
        return Optional.ofNullable(records.get(name));
    }

    /// Refuses compressed records: their bytes cannot be views of the file, and a small file may grow without bound.
    ///
    /// @throws CheckpointException if there is one
    void requireStored() {
        compressed.forEach((name, method) -> {
            throw file.refusal(named(name) + " of this zip archive is compressed (method " + method
                    + "), which torch.save never does; unzip it and zip it again without compression (zip -0)");
        });
    }

    private Directory directory() {
        long end = memory.byteSize() - END_SIZE;
        if (end < 0 || int32(end) != END) {
            throw file.refusal("the file does not end as a zip archive of torch.save does; it is cut short or something was added, "
                    + "download it anew");
        }
        if (int16(end + 20) != 0) {
            throw damaged("its end record promises a comment that is not there");
        }
        Directory directory = end >= LOCATOR_64_SIZE && int32(end - LOCATOR_64_SIZE) == LOCATOR_64
                ? directory64(end - LOCATOR_64_SIZE, end)
                : directory(int16(end + 10), uint32(end + 12), uint32(end + 16), end);
        boolean isOneDisk = int16(end + 4) == 0 && int16(end + 6) == 0 && int16(end + 8) == int16(end + 10);
        if (!isOneDisk) {
            throw damaged("it is one of several archives that belong together");
        }
        return directory;
    }

    private Directory directory64(long locator, long end) {
        long end64 = locator - END_64_SIZE;
        boolean isSound = end64 >= 0 && int64(locator + 8) == end64 && int32(locator + 4) == 0 && int32(locator + 16) == 1
                && int32(end64) == END_64 && int64(end64 + 4) == END_64_SIZE - 12 && int32(end64 + 16) == 0 && int32(end64 + 20) == 0
                && int64(end64 + 24) == int64(end64 + 32);
        if (!isSound) {
            throw damaged("its zip64 end record is not one of torch.save");
        }
        long count = int64(end64 + 32);
        long size = int64(end64 + 40);
        long begin = int64(end64 + 48);
        boolean agrees = agrees(int16(end + 10), count, 0xffff) && agrees(uint32(end + 12), size, IN_EXTRA)
                && agrees(uint32(end + 16), begin, IN_EXTRA);
        if (!agrees) {
            throw damaged("its two end records differ");
        }
        return directory(count, size, begin, end64);
    }

    /// Whether a small field says the same as the large one, or leaves it to that.
    private static boolean agrees(long small, long large, long left) {
        return small == large || small == left;
    }

    private Directory directory(long count, long size, long begin, long end) {
        if (count < 0 || count > MOST_RECORDS) {
            throw damaged("it has " + Long.toUnsignedString(count) + " records, over the limit of " + MOST_RECORDS);
        }
        if (begin < 0 || size < 0 || begin > end || size != end - begin) {
            throw damaged("its directory does not lie between the records and the end");
        }
        return new Directory(begin, end, count);
    }

    private List<Entry> entries(Directory directory) {
        List<Entry> entries = new ArrayList<>();
        long at = directory.begin;
        for (long i = 0; i < directory.count; i++) {
            at = entry(at, directory, entries);
        }
        if (at != directory.end) {
            throw damaged("its directory has other bytes than its " + directory.count + " records take");
        }
        return entries;
    }

    /// @return where the next entry begins
    private long entry(long at, Directory directory, List<Entry> entries) {
        if (directory.end - at < CENTRAL_SIZE || int32(at) != CENTRAL) {
            throw damaged("its directory ends after " + entries.size() + " of " + directory.count + " records");
        }
        int nameLength = int16(at + 28);
        int extraLength = int16(at + 30);
        long extra = at + CENTRAL_SIZE + nameLength;
        long next = extra + extraLength + int16(at + 32);
        if (next > directory.end || nameLength == 0 || nameLength > LONGEST_NAME) {
            throw damaged("record " + entries.size() + " of its directory has a name of " + nameLength + " bytes");
        }
        int flags = int16(at + 8);
        byte[] bytes = memory.asSlice(at + CENTRAL_SIZE, nameLength).toArray(ValueLayout.JAVA_BYTE);
        String name = new String(bytes, (flags & UTF_8) != 0 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
        int method = int16(at + 10);
        requirePlain(name, flags);
        if (method != 0) {
            compressed.put(name, method);
        }
        long[] sizes = {uint32(at + 24), uint32(at + 20), uint32(at + 42)};
        readExtra64(name, extra, extraLength, sizes);
        long size = sizes[1];
        if (method == 0 && size != sizes[0] || int16(at + 34) != 0) {
            throw damaged(named(name) + " has two sizes, or lies in another archive");
        }
        long header = sizes[2];
        long data = data(name, bytes, header, flags, method, directory.begin);
        if (size < 0 || size > directory.begin - data) {
            throw damaged(named(name) + " of " + Long.toUnsignedString(size) + " bytes does not end before the directory");
        }
        ZipRecord record = new ZipRecord(file, name, data, size, int32(at + 16));
        requireSameSize(record, sizes[0], header, flags);
        if (records.put(name, record) != null) {
            throw damaged(named(name) + " is there twice");
        }
        entries.add(new Entry(record, sizes[0], flags, header));
        return next;
    }

    private void requirePlain(String name, int flags) {
        if (!Printable.isLine(name)) {
            throw damaged(named(name) + " has a name that no record has");
        }
        if ((flags & (ENCRYPTED | STRONGLY_ENCRYPTED | MASKED)) != 0) {
            throw damaged(named(name) + " is encrypted");
        }
    }

    /// Replaces the values that did not fit into 4 bytes by those in the extra field.
    ///
    /// @param sizes size, size in the archive, offset of the header
    private void readExtra64(String name, long extra, int length, long[] sizes) {
        long end = extra + length;
        for (long at = extra; at < end;) {
            long next = end - at < 4 ? end + 1 : at + 4 + int16(at + 2);
            if (next > end) {
                throw damaged(named(name) + " has an extra field that does not end");
            }
            if (int16(at) == EXTRA_64) {
                long value = at + 4;
                for (int i = 0; i < sizes.length; i++) {
                    if (sizes[i] == IN_EXTRA && next - value >= Long.BYTES) {
                        sizes[i] = int64(value);
                        value += Long.BYTES;
                    }
                }
            }
            at = next;
        }
    }

    /// Where the data begin, behind a header of their own that says the same as the directory.
    private long data(String name, byte[] bytes, long header, int flags, int method, long end) {
        if (header < 0 || header > end - LOCAL_SIZE || int32(header) != LOCAL) {
            throw damaged(named(name) + " has no header where the directory says");
        }
        long data = header + LOCAL_SIZE + int16(header + 26) + int16(header + 28);
        if (data > end) {
            throw damaged(named(name) + " has a header that does not end");
        }
        boolean isSame = int16(header + 6) == flags && int16(header + 8) == method && int16(header + 26) == bytes.length
                && memory.asSlice(header + LOCAL_SIZE, bytes.length).mismatch(MemorySegment.ofArray(bytes)) < 0;
        if (!isSame) {
            throw damaged(named(name) + " has a header with another name, method or flags than the directory");
        }
        return data;
    }

    private void requireSameSize(ZipRecord record, long unpacked, long header, int flags) {
        long[] sizes = {uint32(header + 22), uint32(header + 18), 0};
        readExtra64(record.name(), header + LOCAL_SIZE + int16(header + 26), int16(header + 28), sizes);
        int checksum = int32(header + 14);
        boolean isSame = sizes[0] == unpacked && sizes[1] == record.size() && checksum == record.checksum();
        boolean isLeftToDescriptor = (flags & HAS_DESCRIPTOR) != 0 && sizes[0] == 0 && sizes[1] == 0 && checksum == 0;
        if (!isSame && !isLeftToDescriptor) {
            throw damaged(named(record.name()) + " has a header with another size or checksum than the directory");
        }
    }

    /// No record may overlap another, and nothing may lie between them.
    private void requireNoGaps(List<Entry> entries, long end) {
        List<Entry> inOrder = new ArrayList<>(entries);
        inOrder.sort(Comparator.comparingLong(Entry::header));
        long free = 0;
        for (int i = 0; i < inOrder.size(); i++) {
            Entry entry = inOrder.get(i);
            if (entry.header != free) {
                throw damaged(named(entry.record.name()) + " does not begin where the one before it ends");
            }
            long next = i + 1 < inOrder.size() ? inOrder.get(i + 1).header : end;
            free = entry.record.begin() + entry.record.size();
            if (next != free && isDescriptor(entry, free, next - free)) {
                free = next;
            }
        }
        if (free != end) {
            throw damaged("its directory does not begin where the last record ends");
        }
    }

    private boolean isDescriptor(Entry entry, long at, long size) {
        if ((entry.flags & HAS_DESCRIPTOR) == 0 || !DESCRIPTOR_SIZES.contains(size)) {
            return false;
        }
        boolean isSigned = size == 16 || size == 24;
        if (isSigned && int32(at) != DESCRIPTOR) {
            return false;
        }
        long checksum = isSigned ? at + 4 : at;
        long sizes = checksum + 4;
        boolean hasLongSizes = size >= 20;
        long packed = hasLongSizes ? int64(sizes) : uint32(sizes);
        long unpacked = hasLongSizes ? int64(sizes + 8) : uint32(sizes + 4);
        return int32(checksum) == entry.record.checksum() && packed == entry.record.size() && unpacked == entry.unpacked;
    }

    private CheckpointException damaged(String what) {
        return file.refusal("this zip archive is refused: " + what + "; " + ANEW);
    }

    private static String named(String name) {
        return "the record '" + Printable.line(name, 80) + "'";
    }

    private int int16(long at) {
        return Short.toUnsignedInt(memory.get(Tensor.INT16, at));
    }

    private int int32(long at) {
        return memory.get(Tensor.INT32, at);
    }

    private long uint32(long at) {
        return Integer.toUnsignedLong(int32(at));
    }

    private long int64(long at) {
        return memory.get(Tensor.INT64, at);
    }
}
