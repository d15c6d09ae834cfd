package dev.maskforge.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertTrue;

/// Every byte as an operation, on stacks that do not suit it and where the file ends.
class HostileOperationsTest {
    /// What may follow an operation: a number as text, short and long lengths, names.
    private static final List<String> ARGUMENTS = List.of("", "1\n1\n", "\0\0\0\0\0\0\0\0", "\1\0\0\0\0\0\0\0\0",
            "\377\377\377\377\377\377\377\377",
            "a\nb\n", "'\n", "\177\377\377\377\177\377\377\377\n");

    /// What may lie on the stack.
    private static final List<String> STACKS = List.of("", "N", "NN", "NNN", "(", "(N", "(NN", "N(", "}", "]", ")", "}(N", "](N", "}N",
            "}NN",
            "))", "N)", "}}", "]]", "K\1K\1", "U\1aU\1b", "cnumpy\nndarray\n)", "cnumpy\ndtype\n)", "ccollections\nOrderedDict\n)",
            "ccollections\nOrderedDict\n)RN", "c_codecs\nencode\n)", "cnumpy.core.multiarray\nscalar\n(NNt",
            "cnumpy.core.multiarray\n_reconstruct\n(NNNt", "cnumpy.core.numeric\n_frombuffer\n(NNNNt", "c__builtin__\nbytes\n(Nt");

    @Test
    void anyByteOnAnyStackIsSurvived() {
        int cases = 0;
        for (int code = 0; code < 256; code++) {
            for (String stack : STACKS) {
                for (String argument : ARGUMENTS) {
                    PickleWriter pickle = PickleWriter.protocol(4).raw(stack).raw((byte) code).raw(argument);
                    // None of these leaves a dictionary with arrays, so that all are refused, complete or not.
                    Refusals.of(pickle.stop());
                    cases++;
                }
            }
        }
        System.out.println(cases + " operations on unsuitable stacks refused");
    }

    @Test
    void anyByteAtTheEndIsRefused() {
        IntStream.range(0, 256).forEach(code -> Refusals.of(PickleWriter.protocol(4).raw("NNN").raw((byte) code).unfinished()));
    }

    @Test
    void bytesThatAreNoOperationAreNamed() {
        String message = Refusals.of(PickleWriter.protocol(4).raw("\377").stop());
        assertTrue(message.startsWith("hostile.pkl: refused at byte 2: 0xff is no operation"), message);
    }

    @ParameterizedTest
    @CsvSource({"OBJ,o", "NEWOBJ,\201", "NEWOBJ_EX,\222", "EXT1,\202", "EXT2,\203", "EXT4,\204", "PERSID,P", "BINPERSID,Q",
            "NEXT_BUFFER,\227", "READONLY_BUFFER,\230", "DUP,2", "POP,0", "POP_MARK,1", "EMPTY_SET,\217", "ADDITEMS,\220",
            "FROZENSET,\221"})
    void operationsThatNoCheckpointNeedsAreRefusedByName(String name, String code) {
        String message = Refusals.of(PickleWriter.protocol(5).raw("}(NN").raw(code).raw("\1\0\0\0\n").stop());
        assertTrue(message.contains("refused at byte 6: the pickle uses the operation " + name + ", which no checkpoint needs"), message);
    }

    @ParameterizedTest
    @CsvSource({"6", "255"})
    void newerProtocolsAreRefused(int protocol) {
        String message = Refusals.of(PickleWriter.protocol(protocol).raw("}").stop());
        assertTrue(message.contains("the pickle has protocol " + protocol), message);
    }

    @Test
    void theProtocolIsSaidOnceAndFirst() {
        String message = Refusals.of(PickleWriter.protocol(4).raw("}\200\4").stop());
        assertTrue(message.contains("PROTO is not the first operation"), message);
    }

    @Test
    void nothingMayFollowStop() {
        byte[] sound = PickleWriter.old().array("f4", 4, 2, 3).asOnlyWeight();
        Refusals.readAll(Refusals.open(sound));
        for (byte[] tail : List.of(new byte[]{0}, "PK\3\4".getBytes(StandardCharsets.ISO_8859_1))) {
            String message = Refusals.of(PickleWriter.old().raw(sound).raw(tail).unfinished());
            assertTrue(message.contains("the file goes on after the pickle's STOP"), message);
        }
    }

    @Test
    void framesHoldWholeOperations() {
        assertTrue(frame(3).contains("the frame ends inside BINUNICODE"));
        assertTrue(frame(1L << 31).contains("a frame of 2147483648 bytes begins"));
        assertTrue(frame(-1).contains("a frame of 18446744073709551615 bytes begins"));
        assertTrue(Refusals.of(PickleWriter.protocol(4).raw("\225").int64(18).raw("}\225").int64(2).raw("}}}}}}}}").stop())
                .contains("a frame begins inside another"));
        assertTrue(Refusals.of(PickleWriter.protocol(4).raw("\225").int64(9).raw("\225").int64(0).raw("N").stop())
                .contains("a frame begins inside another"));
        assertTrue(Refusals.of(PickleWriter.protocol(4).raw("\225").int64(4).raw("Vabcdefg\n").stop()).contains("the frame ends inside"));
    }

    private static String frame(long length) {
        return Refusals.of(PickleWriter.protocol(4).raw("\225").int64(length).raw("}").text("model").raw("Ns").stop());
    }
}
