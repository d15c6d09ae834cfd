import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Cuts the symbol table that only debuggers read out of a native library, as `strip` does: `.symtab` and its names in
/// `.strtab`. What the loader reads stays where it is. Files of another layout than the linkers' usual one, such as macOS's, stay
/// as they are.
///
/// Layout of 64-bit little-endian ELF: "Tool Interface Standard, ELF Specification 1.2" and its 64-bit supplement.
final class SymbolTable {
    private static final int MAGIC = 0x464c457f;
    private static final int TWO_BYTE_ORDER_AND_CLASS = 0x0102;
    private static final int SECTION_HEADER_BYTES = 64;
    private static final int TYPE_NONE = 0;
    private static final int TYPE_SYMBOLS = 2;
    private static final int TYPE_TEXTS = 3;
    private static final int ALLOCATED = 2;

    private SymbolTable() {
    }

    /// A section's header and its contents.
    private record Section(byte[] header, byte[] contents, long offset) {
        static Section at(ByteBuffer file, int place) {
            byte[] header = new byte[SECTION_HEADER_BYTES];
            file.get(place, header);
            ByteBuffer fields = fields(header);
            boolean isInFile = fields.getInt(4) == TYPE_SYMBOLS || fields.getInt(4) == TYPE_TEXTS;
            byte[] contents = new byte[isInFile ? Math.toIntExact(fields.getLong(32)) : 0];
            file.get(Math.toIntExact(fields.getLong(24)), contents);
            return new Section(header, contents, fields.getLong(24));
        }

        int type() {
            return fields(header).getInt(4);
        }

        int link() {
            return fields(header).getInt(40);
        }

        boolean isLoaded() {
            return (fields(header).getLong(8) & ALLOCATED) != 0;
        }

        /// The header alone, of nothing.
        Section emptied() {
            byte[] empty = new byte[SECTION_HEADER_BYTES];
            fields(empty).putInt(4, TYPE_NONE);
            return new Section(empty, new byte[0], 0);
        }

        Section movedTo(long place) {
            fields(header).putLong(24, place);
            return new Section(header, contents, place);
        }

        private static ByteBuffer fields(byte[] header) {
            return ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    /// @return how many bytes shorter the file is
    static long cutFrom(Path library) throws IOException {
        byte[] bytes = Files.readAllBytes(library);
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < SECTION_HEADER_BYTES || file.getInt(0) != MAGIC || file.getShort(4) != TWO_BYTE_ORDER_AND_CLASS) {
            return 0;
        }
        int headers = Math.toIntExact(file.getLong(40));
        int count = file.getShort(60) & 0xffff;
        List<Section> sections = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sections.add(Section.at(file, headers + i * SECTION_HEADER_BYTES));
        }
        int symbols = sections.stream().map(Section::type).toList().indexOf(TYPE_SYMBOLS);
        if (symbols < 0) {
            return 0;
        }
        int names = sections.get(symbols).link();
        int sectionNames = file.getShort(62) & 0xffff;
        long start = sections.get(symbols).offset();
        // They are the last three before the headers, and nothing that is loaded is behind them.
        boolean isUsual = symbols == count - 3 && names == count - 2 && sectionNames == count - 1
                && sections.stream().noneMatch(section -> section.isLoaded() && section.offset() >= start);
        if (!isUsual) {
            return 0;
        }
        sections.set(symbols, sections.get(symbols).emptied());
        sections.set(names, sections.get(names).emptied());
        sections.set(sectionNames, sections.get(sectionNames).movedTo(start));
        int textBytes = sections.get(sectionNames).contents().length;
        int newHeaders = Math.ceilDiv(Math.toIntExact(start) + textBytes, 8) * 8;
        ByteBuffer cut = ByteBuffer.allocate(newHeaders + count * SECTION_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        cut.put(0, bytes, 0, Math.toIntExact(start));
        cut.put(Math.toIntExact(start), sections.get(sectionNames).contents());
        cut.putLong(40, newHeaders);
        for (int i = 0; i < count; i++) {
            cut.put(newHeaders + i * SECTION_HEADER_BYTES, sections.get(i).header());
        }
        Files.write(library, cut.array());
        return bytes.length - cut.capacity();
    }
}
