package dev.maskforge.checkpoint;

import dev.maskforge.graph.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Arrays whose shape, type, order and elements do not go together.
class HostileArraysTest {
    private static final byte[] TWENTY_FOUR = new byte[24];

    @Test
    void aSoundArrayIsRead() {
        try (Weights weights = Refusals.open(PickleWriter.old().array("f4", 4, 2, 3).asOnlyWeight())) {
            assertArrayEquals(new float[6], weights.find("weight").orElseThrow().toFloats());
        }
    }

    @Test
    void whatPython2WroteInProtocol0IsRead() {
        // Two float32, 1 and 2, as a literal; the dictionary is an OrderedDict made from a list of lists.
        byte[] pickle = PickleWriter.old().global("collections", "OrderedDict").raw("(lp1\n(lp2\nS'w'\na").bareArray()
                .raw("(I1\n(I2\ntp3\n").type("f4", "<").raw("I00\nS'\\x00\\x00\\x80?\\x00\\x00\\x00@'\ntbaa\205R.").unfinished();
        try (Weights weights = Refusals.open(pickle)) {
            assertArrayEquals(new float[]{1, 2}, weights.find("w").orElseThrow().toFloats());
        }
    }

    @Test
    void elementsFillTheShape() {
        for (int[] shape : List.of(new int[]{2, 4}, new int[]{5}, new int[]{12}, new int[]{}, new int[]{0}, new int[]{0, 6},
                new int[]{3, 1})) {
            refused(state("K\1", shape, "f4", "<", "\211"), "cannot have its elements in 24 bytes");
        }
        refused(state("K\1", new int[]{2, 3}, "f8", "<", "\211"), "cannot have its elements in 24 bytes");
    }

    @Test
    void shapesThatOverflowAreRefused() {
        int most = Integer.MAX_VALUE;
        for (int[] shape : List.of(new int[]{most, most}, new int[]{most, most, most, most}, new int[]{most, most, most, most, 0},
                new int[]{0, most, most, most, most}, new int[]{65536, 65536, 65536, 65536})) {
            refused(state("K\1", shape, "f4", "<", "\211"), "more than any file holds");
            refused(state("K\1", shape, "f4", "<", "\210"), "more than any file holds");
        }
    }

    @Test
    void shapesAreTuplesOfAFewSizes() {
        refused(state("K\1", new int[]{-1, -6}, "f4", "<", "\211"), "other parts than numpy writes");
        refused(state("K\1", new int[]{6, 1, 1, 1, 1, 1, 1, 1, 1}, "f4", "<", "\211"), "other parts than numpy writes");
        refused(state("K\1", new int[64], "f4", "<", "\211"), "other parts than numpy writes");
        for (String shape : List.of("N", "K\6", "]", "]K\6a", "}", "\210\205", "N\205", "G\0\0\0\0\0\0\0\0\205", "U\0016\205",
                "\212\11\0\0\0\0\0\0\0\0\1\205")) {
            refused(PickleWriter.old().bareArray().raw("(K\1").raw(shape).type("f4", "<").raw("\211").data(TWENTY_FOUR).raw("tb"),
                    "other parts than numpy writes");
        }
    }

    @Test
    void typesAreThoseThatModelsHave() {
        for (String code : List.of("c8", "i2", "i1", "u8", "M8", "V4", "S4", "U1", "f16", "float32", "", "<f4", "f4,f4", "bfloat16")) {
            refused(PickleWriter.old().bareType(code), "an array has elements of numpy's type '" + code + "'");
        }
        for (String code : List.of("O", "O8")) {
            refused(PickleWriter.old().bareType(code), "an array holds Python objects");
        }
    }

    @Test
    void typesHaveTheByteOrderThatSuitsThem() {
        for (String order : List.of("", "=", "|", "<>", "x", "!")) {
            refused(state("K\1", new int[]{2, 3}, "f4", order, "\211"), "a dtype has the byte order '" + order + "'");
        }
        refused(state("K\1", new int[]{24}, "u1", "<", "\211"), "a dtype has the byte order '<'");
        refused(PickleWriter.old().bareArray().raw("(K\1").shape(6).bareType("f4").raw("\211").data(TWENTY_FOUR).raw("tb"),
                "a dtype was not given its byte order");
        refused(PickleWriter.old().type("f4", "<").raw("(K\3").text(">").raw("NNN").number(-1).number(-1).raw("K\0tb"),
                "a dtype is given its byte order twice");
    }

    @Test
    void statesAreWhatNumpyWrites() {
        refused(state("K\2", new int[]{2, 3}, "f4", "<", "\211"), "other parts than numpy writes");
        refused(state("N", new int[]{2, 3}, "f4", "<", "\211"), "other parts than numpy writes");
        for (String order : List.of("K\2", "N", "U\1C", "J\377\377\377\377")) {
            refused(state("K\1", new int[]{2, 3}, "f4", "<", order), "other parts than numpy writes");
        }
        for (String elements : List.of("N", "K\0", "}", ")", "X\30\0\0\0" + "x".repeat(24))) {
            refused(PickleWriter.old().bareArray().raw("(K\1").shape(6).type("f4", "<").raw("\211").raw(elements).raw("tb"),
                    "other parts than numpy writes");
        }
        refused(PickleWriter.old().bareArray().raw("(K\1").shape(6).type("f4", "<").raw("\211]tb"), "an array holds Python objects");
        for (String state : List.of("N", "}", "]", "U\1x")) {
            refused(PickleWriter.old().bareArray().raw(state).raw("b"), "the state of an array is");
            refused(PickleWriter.old().bareType("f4").raw(state).raw("b"), "the state of a dtype is");
        }
        refused(PickleWriter.old().bareArray().raw(")b"), "other parts than numpy writes");
        refused(PickleWriter.old().bareType("f4").raw(")b"), "other parts than numpy writes");
        refused(PickleWriter.old().bareType("f4").raw("(K\4").text("<").raw("NNN").number(-1).number(-1).raw("K\0tb"),
                "other parts than numpy writes");
        refused(PickleWriter.old().bareType("f4").raw("(K\3").text("<").raw("N)N").number(-1).number(-1).raw("K\0tb"),
                "other parts than numpy writes");
    }

    @Test
    void anArrayIsFilledOnce() {
        refused(PickleWriter.old().bareArray(), "the array 'weight' has no elements");
        refused(PickleWriter.old().array("f4", 4, 6).raw("(K\1").shape(6).type("f4", "<").raw("\211").data(TWENTY_FOUR).raw("tb"),
                "an array is given its elements twice");
    }

    @Test
    void arraysAreMadeAsNumpyMakesThem() {
        for (String arguments : List.of(")", "N\205", "cnumpy\ndtype\nK\0\205C\1b\207", "cnumpy\nndarray\nK\1\205C\1b\207",
                "cnumpy\nndarray\n)C\1b\207", "cnumpy\nndarray\nK\0\205C\0\207", "cnumpy\nndarray\nK\0\205N\207")) {
            refused(PickleWriter.old().global("numpy.core.multiarray", "_reconstruct").raw(arguments).raw("R"),
                    "other parts than numpy writes");
        }
        refused(PickleWriter.old().global("numpy", "ndarray").shape(6).raw("\205R"), "the pickle calls the function numpy.ndarray");
    }

    @Test
    void scalarsHaveOneElement() {
        refused(PickleWriter.old().global("numpy.core.multiarray", "scalar").type("f4", "<").data(TWENTY_FOUR).raw("\206R"),
                "cannot have its elements in 24 bytes");
        refused(PickleWriter.old().global("numpy.core.multiarray", "scalar").type("f4", "<").raw("N\206R"), "other parts");
    }

    @Test
    void buffersHaveAnOrderOfAllTheirAxes() {
        for (String order : List.of("U\1A", "U\1K", "N", "U\0", "U\1KK\0\205", "U\1KK\0K\0\206", "U\1KK\0K\2\206", "U\1K]", "U\1KN",
                "U\1KJ\377\377\377\377K\0\206", "U\1KK\0K\1K\2\207")) {
            refused(PickleWriter.old().global("numpy.core.numeric", "_frombuffer").raw("(").data(TWENTY_FOUR).type("f4", "<").shape(2, 3)
                    .raw(order).raw("tR"), "other parts than numpy writes");
        }
    }

    @Test
    void textThatStandsForElementsIsDecodedWhenTheyAreWanted() {
        // As long as it could be right, but one character too few, and one beyond Latin-1.
        for (String text : List.of("\u00e9" + "x".repeat(22), "\u00e9\u00e9" + "x".repeat(23), "\u0100" + "x".repeat(23),
                "\u20ac" + "x".repeat(23))) {
            byte[] pickle = PickleWriter.old().bareArray().raw("(K\1").shape(6).type("f4", "<").raw("\211").global("_codecs", "encode")
                    .text(text)
                    .text("latin1").raw("\206Rtb").asOnlyWeight();
            String message = Refusals.of(pickle);
            assertTrue(message.startsWith("hostile.pkl: the array 'weight' is refused at byte "), message);
        }
        for (String malformed : List.of("\303", "\200", "\301\277", "\302\302\200", "\360\220\200\200", "\355\240\200")) {
            String message = Refusals.of(PickleWriter.old().bareArray().raw("(K\1").shape(6).type("f4", "<").raw("\211")
                    .global("_codecs", "encode").raw("X").int32(malformed.length() + 23).raw("x".repeat(23)).raw(malformed).text("latin1")
                    .raw("\206Rtb").asOnlyWeight());
            assertTrue(message.contains("is not UTF-8 of Latin-1 characters") || message.contains("is not the 24 bytes"), message);
        }
        refused(PickleWriter.old().global("_codecs", "encode").text("x").text("utf-8").raw("\206R"), "other parts");
        refused(PickleWriter.old().global("_codecs", "encode").text("x").raw("\205R"), "other parts");
        refused(PickleWriter.old().global("__builtin__", "bytes").number(1 << 30).raw("\205R"), "other parts");
    }

    @Test
    void aKeyStandsOnce() {
        String message = Refusals.of(PickleWriter.protocol(2).raw("}").text("model").raw("}").text("w").array("f4", 4, 2).raw("s").text("w")
                .array("f4", 4, 2).raw("ss").stop());
        assertTrue(message.contains("a dictionary has the key 'w' twice"), message);
    }

    @Test
    void namesThatWouldBreakAMessageAreRefused() {
        for (String name : List.of("", "a\nb", "a\0b", "a\u001b[31mb", "a\u202eb", "a\u2028b", "x".repeat(1025))) {
            String message = Refusals.of(PickleWriter.protocol(2).raw("}").text(name).array("f4", 4, 2).raw("s").stop());
            assertTrue(message.contains("which no layer can be"), message);
        }
    }

    @Test
    void whatIsNoArrayIsSkippedAndSaid() {
        byte[] pickle = PickleWriter.protocol(2).raw("}").text("model").raw("}").text("w").array("f4", 4, 2).raw("s").text("list").raw("]s")
                .text("line\nfeed").raw("Ns").raw("s").text("iteration").raw("K\7s").text("author").text("a\nb").raw("s.").unfinished();
        try (Weights weights = Refusals.open(pickle)) {
            assertEquals(List.of("w"), List.copyOf(weights.keys()));
            assertEquals("{list=a list, line\\u000afeed=None}", weights.skipped().toString());
            assertEquals("{iteration=7, author=a\\u000ab}", weights.metadata().toString());
        }
    }

    @Test
    void elementsOfManyArraysFitTheFile() {
        PickleWriter pickle = PickleWriter.protocol(2).raw("}").text("payload").data(new byte[1 << 20]).put(5).raw("s");
        for (int i = 0; i < 4; i++) {
            pickle.text("w" + i).bareArray().raw("(K\1").shape(1 << 20).type("u1", "|").raw("\211").get(5).raw("tbs");
        }
        String message = Refusals.of(pickle.stop());
        assertTrue(message.contains("the arrays hold more bytes than the file"), message);
    }

    @Test
    void aDictionaryOfArraysAloneAndAStateDictAreCheckpoints() {
        for (byte[] pickle : List.of(PickleWriter.protocol(2).raw("}").text("w").array("f4", 4, 2).raw("s").stop(),
                PickleWriter.protocol(2).raw("}").text("state_dict").raw("}").text("w").array("f4", 4, 2).raw("ss").stop())) {
            try (Weights weights = Refusals.open(pickle)) {
                Tensor tensor = weights.find("w").orElseThrow();
                assertEquals("float32[2]", tensor.toString());
            }
        }
        for (String root : List.of("N", "K\1", "]", ")", "}", "}U\5modelNs", "}U\5model}s", "}U\5modelU\1xs", "}K\1K\2s")) {
            String message = Refusals.of(PickleWriter.protocol(2).raw(root).stop());
            assertTrue(message.endsWith("; give a checkpoint"), message);
        }
    }

    private static PickleWriter state(String version, int[] shape, String code, String byteOrder, String fortran) {
        return PickleWriter.old().bareArray().raw("(").raw(version).shape(shape).type(code, byteOrder).raw(fortran).data(TWENTY_FOUR)
                .raw("tb");
    }

    private static void refused(PickleWriter array, String because) {
        String message = Refusals.of(array.asOnlyWeight());
        assertTrue(message.contains(because), message);
    }
}
