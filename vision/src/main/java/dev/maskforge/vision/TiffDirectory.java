package dev.maskforge.vision;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/// The first directory of a TIFF file: whole numbers by tag. Others are not looked at, so that how many there are and
/// whether they go round in circles does not matter.
final class TiffDirectory {
    private static final int BYTE = 1;
    private static final int SHORT = 3;
    private static final int LONG = 4;
    private static final int ENTRY_BYTES = 12;
    private static final int MOST_VALUES = 1 << 18;

    private final ImageSource source;
    private final boolean bigEndian;
    private final Map<Integer, Entry> entries = new HashMap<>();

    private record Entry(int type, long count, long position) {}

    private TiffDirectory(ImageSource source, boolean bigEndian) {
        this.source = source;
        this.bigEndian = bigEndian;
    }

    static TiffDirectory read(ImageSource source) throws IOException {
        TiffDirectory directory = new TiffDirectory(source, source.unsignedByte(0) == 'M');
        long at = directory.unsignedInt(4);
        int count = directory.unsignedShort(at);
        for (int i = 0; i < count; i++) {
            directory.readEntry(at + 2 + (long) i * ENTRY_BYTES);
        }
        return directory;
    }

    private void readEntry(long at) throws IOException {
        int type = unsignedShort(at + 2);
        long count = unsignedInt(at + 4);
        int bytes = bytes(type);
        if (bytes > 0) {
            boolean fits = count <= 4 / bytes;
            entries.putIfAbsent(unsignedShort(at), new Entry(type, count, fits ? at + 8 : unsignedInt(at + 8)));
        }
    }

    /// Of a value of whole numbers; 0 of others.
    private static int bytes(int type) {
        return switch (type) {
            case BYTE -> 1;
            case SHORT -> 2;
            case LONG -> 4;
            default -> 0;
        };
    }

    boolean isBigEndian() {
        return bigEndian;
    }

    private int unsignedShort(long at) throws IOException {
        return bigEndian ? source.unsignedShort(at) : source.littleEndianShort(at);
    }

    private long unsignedInt(long at) throws IOException {
        return bigEndian ? source.unsignedInt(at) : source.littleEndianInt(at);
    }

    /// The first value of a tag.
    long value(int tag, long otherwise) throws IOException {
        Entry entry = entries.get(tag);
        return entry == null || entry.count() == 0 ? otherwise : value(entry, 0);
    }

    /// All values of a tag; none if it is not there.
    ///
    /// @throws ImageException if there are more than any picture has, or more than the file has bytes for
    long[] values(int tag) throws IOException {
        Entry entry = entries.get(tag);
        if (entry == null) {
            return new long[0];
        }
        long bytes = entry.count() * bytes(entry.type());
        if (entry.count() > MOST_VALUES || bytes > source.size() - entry.position()) {
            throw source.damaged("its tag " + tag + " says it has " + entry.count() + " values");
        }
        long[] values = new long[(int) entry.count()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(entry, i);
        }
        return values;
    }

    private long value(Entry entry, int index) throws IOException {
        long at = entry.position() + (long) index * bytes(entry.type());
        return switch (entry.type()) {
            case BYTE -> source.unsignedByte(at);
            case SHORT -> unsignedShort(at);
            default -> unsignedInt(at);
        };
    }
}
