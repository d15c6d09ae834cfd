package dev.maskforge.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/// Assembles zip archives as `torch.save` does, of stored records without descriptors, and says where each header came to lie,
/// so that tests can break it.
final class ZipWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<Placed> records = new ArrayList<>();

    /// A record that was written.
    ///
    /// @param header where its local header is
    private record Placed(String name, int size, int header, int checksum) {}

    /// An archive `archive/` with this pickle and the byte order that torch names.
    static ZipWriter torch(byte[] pickle) {
        return new ZipWriter().record("archive/data.pkl", pickle).record("archive/byteorder", "little".getBytes(StandardCharsets.US_ASCII));
    }

    ZipWriter record(String name, byte... data) {
        CRC32 checksum = new CRC32();
        checksum.update(data);
        records.add(new Placed(name, data.length, bytes.size(), (int) checksum.getValue()));
        byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
        bytes.writeBytes(little(30).putInt(0x04034b50).putShort((short) 0).putShort((short) 0x800).putShort((short) 0).putInt(0)
                .putInt((int) checksum.getValue()).putInt(data.length).putInt(data.length).putShort((short) nameBytes.length)
                .putShort((short) 0).array());
        bytes.writeBytes(nameBytes);
        bytes.writeBytes(data);
        return this;
    }

    /// Bytes that belong to no record.
    ZipWriter junk(byte... data) {
        bytes.writeBytes(data);
        return this;
    }

    /// Where the local header of a record is, by its number.
    int header(int record) {
        return records.get(record).header;
    }

    /// Where the directory begins in what [#finish()] gives.
    int directory() {
        return bytes.size();
    }

    /// Where the central header of a record is in what [#finish()] gives, by its number.
    int central(int record) {
        return bytes.size() + records.subList(0, record).stream()
                .mapToInt(placed -> 46 + placed.name.getBytes(StandardCharsets.UTF_8).length).sum();
    }

    /// Where the end record is in what [#finish()] gives.
    int end() {
        return central(records.size());
    }

    /// The archive.
    byte[] finish() {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(bytes.toByteArray());
        writeDirectory(whole);
        int size = whole.size() - bytes.size();
        whole.writeBytes(little(22).putInt(0x06054b50).putInt(0).putShort((short) records.size()).putShort((short) records.size())
                .putInt(size).putInt(bytes.size()).putShort((short) 0).array());
        return whole.toByteArray();
    }

    /// The archive with the end record of zip64, to which the old one leaves everything.
    byte[] finish64() {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(bytes.toByteArray());
        writeDirectory(whole);
        int size = whole.size() - bytes.size();
        long end = whole.size();
        whole.writeBytes(little(56).putInt(0x06064b50).putLong(44).putShort((short) 45).putShort((short) 45).putInt(0).putInt(0)
                .putLong(records.size()).putLong(records.size()).putLong(size).putLong(bytes.size()).array());
        whole.writeBytes(little(20).putInt(0x07064b50).putInt(0).putLong(end).putInt(1).array());
        whole.writeBytes(little(22).putInt(0x06054b50).putInt(0).putShort((short) -1).putShort((short) -1).putInt(-1).putInt(-1)
                .putShort((short) 0).array());
        return whole.toByteArray();
    }

    private void writeDirectory(ByteArrayOutputStream whole) {
        for (Placed placed : records) {
            byte[] name = placed.name.getBytes(StandardCharsets.UTF_8);
            whole.writeBytes(little(46).putInt(0x02014b50).putShort((short) 0).putShort((short) 0).putShort((short) 0x800)
                    .putShort((short) 0).putInt(0).putInt(placed.checksum).putInt(placed.size).putInt(placed.size)
                    .putShort((short) name.length).putShort((short) 0).putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(0)
                    .putInt(placed.header).array());
            whole.writeBytes(name);
        }
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
