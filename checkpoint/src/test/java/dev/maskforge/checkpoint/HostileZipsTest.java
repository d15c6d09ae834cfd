package dev.maskforge.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Zip archives in which one thing is not as `torch.save` writes it. `java.util.zip.ZipFile` reads most of them.
class HostileZipsTest {
    private static final Path FILES = Path.of(System.getProperty("maskforge.fixtures"), "torch");
    private static final byte[] PICKLE = PickleWriter.old()
            .tensor("_rebuild_tensor_v2", "FloatStorage", "0", 6, 0, new int[]{2, 3}, 3, 1).asOnlyWeight();
    /// Numbers of records in [#sound()].
    private static final int PICKLE_RECORD = 0;
    private static final int DATA_RECORD = 2;

    /// An archive in which bytes are changed.
    private static final class Patched {
        final String what;
        final String because;
        final byte[] archive;

        Patched(String what, String because, byte[] archive) {
            this.what = what;
            this.because = because;
            this.archive = archive;
        }

        static Patched int16(String what, String because, int at, int value) {
            return new Patched(what, because, sound().finish()).put16(at, value);
        }

        static Patched int32(String what, String because, int at, int value) {
            return new Patched(what, because, sound().finish()).put32(at, value);
        }

        Patched put16(int at, int value) {
            ByteBuffer.wrap(archive).order(ByteOrder.LITTLE_ENDIAN).putShort(at, (short) value);
            return this;
        }

        Patched put32(int at, int value) {
            ByteBuffer.wrap(archive).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
            return this;
        }

        Patched put64(int at, long value) {
            ByteBuffer.wrap(archive).order(ByteOrder.LITTLE_ENDIAN).putLong(at, value);
            return this;
        }
    }

    private static ZipWriter sound() {
        return ZipWriter.torch(PICKLE).record("archive/data/0", new byte[24]);
    }

    @Test
    void aSoundArchiveIsRead() {
        for (byte[] archive : List.of(sound().finish(), sound().finish64())) {
            try (Weights weights = Refusals.open(archive)) {
                assertArrayEquals(new float[6], weights.find("weight").orElseThrow().toFloats());
            }
        }
    }

    /// The sizes stand a second time behind the record, for readers that go through the file from its beginning.
    @Test
    void aDescriptorSaysWhatTheDirectorySays() {
        assertTrue(Refusals.isRead(withDescriptor(24, 24)));
        for (byte[] archive : List.of(withDescriptor(20, 24), withDescriptor(24, 1 << 30), withDescriptor(-1, -1))) {
            assertTrue(Refusals.of(archive).contains("its directory does not begin where the last record ends"));
        }
    }

    private static byte[] withDescriptor(int packed, int unpacked) {
        CRC32 checksum = new CRC32();
        checksum.update(new byte[24]);
        ZipWriter sound = sound();
        sound.junk(
                ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putInt(0x08074b50).putInt((int) checksum.getValue()).putInt(packed)
                        .putInt(unpacked).array());
        return new Patched("a descriptor", "", sound.finish()).put16(sound.header(DATA_RECORD) + 6, 0x808)
                .put16(sound.central(DATA_RECORD) + 8, 0x808).archive;
    }

    @TestFactory
    Stream<DynamicTest> whatIsNotAsTorchWritesItIsRefused() {
        List<Patched> cases = new ArrayList<>();
        ZipWriter sound = sound();
        int central = sound.central(DATA_RECORD);
        int local = sound.header(DATA_RECORD);
        int end = sound.end();
        cases.add(Patched.int16("encrypted", "is encrypted", central + 8, 0x801));
        cases.add(Patched.int16("strongly encrypted", "is encrypted", central + 8, 0x841));
        cases.add(Patched.int16("with masked headers", "is encrypted", central + 8, 0x2800));
        cases.add(Patched.int16("encrypted by its own header", "another name, method or flags", local + 6, 0x801));
        cases.add(Patched.int16("encrypted by both headers", "is encrypted", central + 8, 0x801).put16(local + 6, 0x801));
        cases.add(Patched.int16("deflated", "another name, method or flags", central + 10, 8));
        cases.add(Patched.int16("deflated by its own header", "another name, method or flags", local + 8, 8));
        cases.add(Patched.int16("deflated by both headers", "is compressed (method 8)", central + 10, 8).put16(local + 8, 8));
        cases.add(Patched.int16("compressed by an unknown method", "is compressed (method 99)", central + 10, 99).put16(local + 8, 99));
        cases.add(Patched.int16("pickle deflated", "is compressed (method 8)", sound.central(PICKLE_RECORD) + 10, 8).put16(8, 8));
        cases.add(Patched.int32("checksum of both headers", "has a wrong checksum", central + 16, 1).put32(local + 14, 1));
        cases.add(Patched.int32("checksum of the directory", "another size or checksum", central + 16, 1));
        cases.add(Patched.int32("checksum of the pickle", "has a wrong checksum", sound.central(PICKLE_RECORD) + 16, 1).put32(14, 1));
        cases.add(Patched.int32("content", "has a wrong checksum", local + 30 + 14 + 8, 1));
        cases.add(Patched.int32("content of the pickle", "has a wrong checksum", 30 + 16 + 8, 1));
        cases.add(Patched.int32("name in its own header", "another name, method or flags", local + 30 + 10, 0x312f6174));
        cases.add(Patched.int16("length of the name in its own header", "another name, method or flags", local + 26, 13));
        cases.add(Patched.int16("extra field of its own header", "", local + 28, 8));
        cases.add(Patched.int16("extra field over the end", "has a header that does not end", local + 28, 0xffff));
        cases.add(Patched.int32("signature of its own header", "has no header where the directory says", local, 0x04034b51));
        cases.add(Patched.int32("offset", "has no header where the directory says", central + 42, local + 1));
        cases.add(Patched.int32("offset of another record", "another name, method or flags", central + 42, 0));
        cases.add(Patched.int32("offset in the directory", "has no header where the directory says", central + 42, central));
        cases.add(Patched.int32("offset beyond the file", "has no header where the directory says", central + 42, 1 << 30));
        cases.add(Patched.int32("offset over the limit", "has no header where the directory says", central + 42, -2));
        cases.add(Patched.int32("offset in an extra field that is not there", "has no header where", central + 42, -1));
        cases.add(Patched.int32("size", "has two sizes", central + 24, 1));
        cases.add(Patched.int32("sizes", "another size or checksum", central + 24, 20).put32(central + 20, 20));
        cases.add(Patched.int32("smaller by both headers", "the directory does not begin where the last record ends".substring(4),
                central + 24, 20).put32(central + 20, 20).put32(local + 18, 20).put32(local + 22, 20));
        cases.add(Patched.int32("larger by both headers", "does not end before the directory", central + 24, 25).put32(central + 20, 25)
                .put32(local + 18, 25).put32(local + 22, 25));
        cases.add(Patched.int32("size over the limit", "does not end before the directory", central + 24, -2).put32(central + 20, -2));
        cases.add(Patched.int32("size in an extra field that is not there", "does not end before the directory", central + 24, -1)
                .put32(central + 20, -1));
        cases.add(Patched.int16("without a name", "has a name of 0 bytes", central + 28, 0));
        cases.add(Patched.int16("with a name over the end", "has a name of", central + 28, 0xfff0));
        cases.add(Patched.int16("with an extra field over the end", "has a name of", central + 30, 0xfff0));
        cases.add(Patched.int16("with a comment over the end", "has a name of", central + 32, 0xfff0));
        cases.add(Patched.int16("on another disk", "lies in another archive", central + 34, 1));
        cases.add(Patched.int32("signature of the directory", "its directory ends after 2 of 3 records", central, 0x02014b51));
        cases.add(Patched.int16("fewer records", "has other bytes than its 2 records take", end + 8, 2).put16(end + 10, 2));
        cases.add(Patched.int16("more records", "its directory ends after 3 of 4 records", end + 8, 4).put16(end + 10, 4));
        cases.add(Patched.int16("records on other disks", "several archives that belong together", end + 8, 2));
        cases.add(Patched.int16("another disk", "several archives that belong together", end + 4, 1));
        cases.add(Patched.int32("smaller directory", "does not lie between the records and the end", end + 12, 100));
        cases.add(Patched.int32("directory elsewhere", "does not lie between the records and the end", end + 16, 0));
        cases.add(Patched.int32("directory beyond the file", "does not lie between the records and the end", end + 16, -1));
        cases.add(Patched.int16("comment that is not there", "promises a comment", end + 20, 5));
        cases.add(Patched.int32("no end", "does not end as a zip archive", end, 0));
        cases.add(of("two records of a name", "is there twice", sound().record("archive/data/0", new byte[24]).finish()));
        cases.add(of("two pickles", "several records data.pkl", sound().record("other/data.pkl", PICKLE).finish()));
        cases.add(of("bytes between records", "does not begin where the one before it ends",
                ZipWriter.torch(PICKLE).junk(new byte[16]).record("archive/data/0", new byte[24]).finish()));
        cases.add(of("bytes before the directory", "does not begin where the last record ends", sound().junk(new byte[16]).finish()));
        cases.add(of("name with a line feed", "has a name that no record has", sound().record("archive/a\nb").finish()));
        cases.add(of("name that turns the line round", "has a name that no record has", sound().record("archive/\u202eb").finish()));
        cases.add(of("long name", "has a name of 600 bytes", sound().record("x".repeat(600)).finish()));
        cases.add(of("no pickle", "has no data.pkl", new ZipWriter().record("archive/data/0", new byte[24]).finish()));
        cases.add(of("TorchScript by its constants", "this is TorchScript", sound().record("archive/constants.pkl", PICKLE).finish()));
        cases.add(of("TorchScript by its code", "this is TorchScript", sound().record("archive/code/__torch__.py").finish()));
        cases.add(of("no record for the tensor", "lacks the record 'archive/data/0'", ZipWriter.torch(PICKLE).finish()));
        cases.add(of("record in another folder", "lacks the record 'archive/data/0'",
                ZipWriter.torch(PICKLE).record("other/data/0", new byte[24]).finish()));
        cases.add(of("record too long", "has 28 bytes, its tensors need 24",
                ZipWriter.torch(PICKLE).record("archive/data/0", new byte[28]).finish()));
        cases.add(of("record too short", "has 20 bytes, its tensors need 24",
                ZipWriter.torch(PICKLE).record("archive/data/0", new byte[20]).finish()));
        cases.add(of("unknown byte order", "its byte order is 'middle'",
                new ZipWriter().record("a/data.pkl", PICKLE).record("a/byteorder", "middle".getBytes(StandardCharsets.US_ASCII))
                        .record("a/data/0", new byte[24]).finish()));
        cases.add(of("long byte order", "its byte order is a record of 17 bytes",
                new ZipWriter().record("a/data.pkl", PICKLE).record("a/byteorder", new byte[17])
                        .record("a/data/0", new byte[24]).finish()));
        cases.add(of("bytes after the end", "does not end as a zip archive", joined(sound().finish(), new byte[1])));
        cases.add(of("bytes before the beginning", "", joined(new byte[]{'P', 'K', 3, 4, 0}, sound().finish())));
        cases.add(of("an archive in front", "does not lie between the records", joined(sound().finish(), sound().finish())));
        cases.add(of("bytes after the pickle", "the file goes on after the pickle's STOP",
                ZipWriter.torch(joined(PICKLE, new byte[]{0})).record("archive/data/0", new byte[24]).finish()));
        cases.add(of("only an end", "no kind of checkpoint", new ZipWriter().finish()));
        int end64 = sound.end();
        String sane = "its zip64 end record is not one of torch.save";
        cases.add(zip64("signature of the zip64 end", sane).put32(end64, 0));
        cases.add(zip64("size of the zip64 end", sane).put64(end64 + 4, 45));
        cases.add(zip64("disk of the zip64 end", sane).put32(end64 + 16, 1));
        cases.add(zip64("records on other disks by zip64", sane).put64(end64 + 24, 2));
        cases.add(zip64("place of the zip64 end", sane).put64(end64 + 56 + 8, 0));
        cases.add(zip64("disks by zip64", sane).put32(end64 + 56 + 16, 2));
        cases.add(zip64("no locator of the zip64 end", "does not lie between the records").put32(end64 + 56, 0));
        cases.add(zip64("records by zip64", "over the limit of 100000").put64(end64 + 24, 1L << 40).put64(end64 + 32, 1L << 40));
        cases.add(zip64("negative count by zip64", "over the limit of 100000").put64(end64 + 24, -1).put64(end64 + 32, -1));
        cases.add(zip64("directory's size by zip64", "does not lie between the records").put64(end64 + 40, -1));
        cases.add(zip64("directory's place by zip64", "does not lie between the records").put64(end64 + 48, Long.MIN_VALUE));
        cases.add(zip64("two counts", "its two end records differ").put16(end64 + 76 + 10, 7));
        System.out.println(cases.size() + " archives to be refused");
        return cases.stream().map(each -> DynamicTest.dynamicTest(each.what, () -> {
            String message = Refusals.of(each.archive);
            assertTrue(message.contains(each.because), message);
        }));
    }

    private static Patched of(String what, String because, byte[] archive) {
        return new Patched(what, because, archive);
    }

    private static Patched zip64(String what, String because) {
        return new Patched(what, because, sound().finish64());
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] whole = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, whole, first.length, second.length);
        return whole;
    }

    @Test
    void moreRecordsThanAnyCheckpointHasAreRefused() {
        ZipWriter many = new ZipWriter();
        // The end record counts them in 2 bytes, so 100 000 more come out as 34 464: refused for what follows.
        IntStream.range(0, 100_001).forEach(i -> many.record("a/" + i));
        assertTrue(Refusals.of(many.finish64()).contains("it has 100001 records, over the limit of 100000"));
        assertTrue(Refusals.of(many.finish()).contains("has other bytes than its 34465 records take"));
    }

    @Test
    void aChecksumIsAskedForWhenItsRecordIsRead() {
        byte[] archive = sound().finish();
        archive[sound().header(DATA_RECORD) + 30 + 14] ^= 1;
        try (Weights weights = Refusals.open(archive)) {
            assertEquals("{weight=float32[2, 3]}", weights.types().toString());
        }
        assertTrue(Refusals.of(archive).contains("'archive/data/0' of this zip archive has a wrong checksum"));
    }

    @ParameterizedTest
    @CsvSource({"torch1-bare.bin", "torch2-bare.bin", "torch2-zip-protocol4.pth"})
    void anArchiveThatIsCutIsRefusedWhereverItIsCut(String name) throws IOException {
        byte[] whole = Files.readAllBytes(FILES.resolve(name));
        for (int length = 1; length < whole.length; length++) {
            Refusals.of(Arrays.copyOf(whole, length));
        }
        System.out.println(name + ": refused at " + (whole.length - 1) + " lengths");
    }

    @ParameterizedTest
    @CsvSource({"torch1-bare.bin", "torch2-bare.bin", "rezipped.pth"})
    void aFlippedBitIsRefusedUnlessNothingDependsOnIt(String name) throws IOException {
        byte[] bytes = Files.readAllBytes(FILES.resolve(name));
        int refused = 0;
        for (int bit = 0; bit < Byte.SIZE * bytes.length; bit++) {
            int mask = 1 << bit % Byte.SIZE;
            bytes[bit / Byte.SIZE] ^= (byte) mask;
            refused += Refusals.isRead(bytes) ? 0 : 1;
            bytes[bit / Byte.SIZE] ^= (byte) mask;
        }
        System.out.println(name + ": " + refused + " of " + Byte.SIZE * bytes.length + " flipped bits refused");
        assertTrue(refused > 4 * bytes.length, "less than half of the flips are noticed");
        assertTrue(Refusals.isRead(bytes), "the file itself");
    }
}
