package dev.maskforge.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Tensors that do not go together with their storages, and pickles of `torch.save` that ask for what they must not.
class HostileTorchPicklesTest {
    private static final Path FILES = Path.of(System.getProperty("maskforge.fixtures"), "torch");
    private static final int[] SHAPE = {2, 3};
    /// The magic number, the version and the machine, each a pickle.
    private static final String LEGACY = "\200\2\212\12\154\374\234\106\371\40\152\250\120\31.\200\2M\351\3.\200\2}.";

    private record Case(String what, PickleWriter value, String because) {}

    private static byte[] archive(byte[] pickle) {
        return ZipWriter.torch(pickle).record("archive/data/0", new byte[24]).record("archive/data/1", new byte[24]).finish();
    }

    private static PickleWriter tensor(String type, int count, int first, int[] shape, int... strides) {
        return PickleWriter.old().tensor("_rebuild_tensor_v2", type, "0", count, first, shape, strides);
    }

    /// With a storage whose name is written out by the caller.
    private static PickleWriter named(String id) {
        return PickleWriter.old().global("torch._utils", "_rebuild_tensor").raw("(").raw(id).raw("Q").number(0).shape(SHAPE).shape(3, 1)
                .raw("tR");
    }

    private static PickleWriter rebuilt(String function, String arguments) {
        return PickleWriter.old().global("torch._utils", function).raw("(").raw(arguments).raw("tR");
    }

    private static final String STORAGE = "(U\7storagectorch\nFloatStorage\nU\0010U\3cpuK\6tQ";

    @Test
    void soundTensorsAreRead() {
        for (PickleWriter value : List.of(tensor("FloatStorage", 6, 0, SHAPE, 3, 1), tensor("FloatStorage", 6, 0, SHAPE, 1, 2),
                tensor("FloatStorage", 6, 0, SHAPE, 0, 0), tensor("FloatStorage", 6, 0, new int[]{6}, 1),
                tensor("FloatStorage", 6, 5, new int[]{}), tensor("LongStorage", 3, 2, new int[]{1, 1}, 100, 100),
                tensor("HalfStorage", 12, 10, new int[]{2}, 1), tensor("FloatStorage", 6, 99, new int[]{0, 3}, 3, 1),
                tensor("DoubleStorage", 3, 0, new int[]{3}, 1), named(STORAGE.substring(0, STORAGE.length() - 1)),
                tensor("FloatStorage", 6, 0, new int[]{1, 1, 1, 1, 1, 1, 2, 3}, 6, 6, 6, 6, 6, 6, 3, 1),
                PickleWriter.old().global("torch._utils", "_rebuild_parameter").raw("(")
                        .raw(tensor("FloatStorage", 6, 0, SHAPE, 3, 1).unfinished()).raw("\210}tR"),
                PickleWriter.old().global("torch.nn.parameter", "Parameter")
                        .raw(tensor("FloatStorage", 6, 0, SHAPE, 3, 1).unfinished()).raw("\205\201(\210\211}tb"))) {
            Refusals.readAll(Refusals.open(archive(value.asOnlyWeight())));
        }
    }

    @TestFactory
    Stream<DynamicTest> whatDoesNotGoTogetherIsRefused() {
        List<Case> cases = new ArrayList<>();
        views(cases);
        storages(cases);
        calls(cases);
        states(cases);
        System.out.println(cases.size() + " pickles of torch.save to be refused");
        return cases.stream().map(each -> DynamicTest.dynamicTest(each.what, () -> {
            String message = Refusals.of(archive(each.value.asOnlyWeight()));
            assertTrue(message.contains(each.because), message);
        }));
    }

    private static void views(List<Case> cases) {
        String beyond = "of a storage, which has 6";
        String larger = "more than any file holds";
        String unusual = "other parts than torch writes";
        int most = Integer.MAX_VALUE;
        cases.add(new Case("shape twice as large", tensor("FloatStorage", 6, 0, new int[]{4, 3}, 3, 1), beyond));
        cases.add(new Case("one row too many", tensor("FloatStorage", 6, 0, new int[]{3, 3}, 3, 1), beyond));
        cases.add(new Case("begins one late", tensor("FloatStorage", 6, 1, SHAPE, 3, 1), beyond));
        cases.add(new Case("begins at the end", tensor("FloatStorage", 6, 6, new int[]{}), beyond));
        cases.add(new Case("begins beyond the end", tensor("FloatStorage", 6, most, SHAPE, 3, 1), beyond));
        cases.add(new Case("begins before the beginning", tensor("FloatStorage", 6, -1, SHAPE, 3, 1), unusual));
        cases.add(new Case("stride over the end", tensor("FloatStorage", 6, 0, SHAPE, 4, 1), beyond));
        cases.add(new Case("stride of the last axis over the end", tensor("FloatStorage", 6, 0, SHAPE, 3, 2), beyond));
        cases.add(new Case("negative stride", tensor("FloatStorage", 6, 5, SHAPE, -3, -1), unusual));
        cases.add(new Case("stride that overflows", tensor("FloatStorage", 6, 0, new int[]{most, 3}, most, 1), larger));
        cases.add(new Case("strides that overflow together",
                tensor("FloatStorage", 6, 0, new int[]{512, 512, 512, 512}, most, most, most, most), larger));
        cases.add(new Case("negative size", tensor("FloatStorage", 6, 0, new int[]{-2, -3}, 3, 1), unusual));
        cases.add(new Case("size that overflows", tensor("FloatStorage", 6, 0, new int[]{most, most, most}, 0, 0, 0), larger));
        cases.add(new Case("no elements of sizes that overflow", tensor("FloatStorage", 6, 0, new int[]{0, most, most}, 0, 0, 0), larger));
        cases.add(new Case("one element repeated for ever", tensor("FloatStorage", 6, 0, new int[]{1 << 30}, 0),
                "the arrays hold more bytes than the file"));
        cases.add(new Case("64 axes", tensor("FloatStorage", 6, 0, new int[64], new int[64]), unusual));
        cases.add(new Case("9 axes", tensor("FloatStorage", 6, 0, new int[]{1, 1, 1, 1, 1, 1, 1, 2, 3}, new int[9]), unusual));
        cases.add(new Case("fewer strides than sizes", tensor("FloatStorage", 6, 0, SHAPE, 1), unusual));
        cases.add(new Case("more strides than sizes", tensor("FloatStorage", 6, 0, SHAPE, 6, 3, 1), unusual));
        cases.add(new Case("sizes in a list", rebuilt("_rebuild_tensor", STORAGE + "K\0](K\2K\3eK\3K\1\206"), unusual));
        cases.add(new Case("sizes that are texts", rebuilt("_rebuild_tensor", STORAGE + "K\0U\0012U\0013\206K\3K\1\206"), unusual));
        cases.add(new Case("size of 9 bytes", rebuilt("_rebuild_tensor", STORAGE + "K\0\212\11\0\0\0\0\0\0\0\0\1\205K\1\205"), unusual));
    }

    private static void storages(List<Case> cases) {
        String unusual = "the name of a storage has other parts than torch writes";
        String outside = "asks for something outside it by";
        cases.add(new Case("storage twice as long", tensor("FloatStorage", 12, 0, SHAPE, 3, 1), "has 24 bytes, its tensors need 48"));
        cases.add(new Case("storage one longer", tensor("FloatStorage", 7, 0, SHAPE, 3, 1), "has 24 bytes, its tensors need 28"));
        cases.add(new Case("storage one shorter", tensor("FloatStorage", 5, 0, new int[]{5}, 1), "has 24 bytes, its tensors need 20"));
        cases.add(new Case("storage of larger elements", tensor("DoubleStorage", 6, 0, SHAPE, 3, 1), "its tensors need 48"));
        cases.add(new Case("storage beyond the file", tensor("FloatStorage", 1 << 30, 0, SHAPE, 3, 1), "the file has "));
        cases.add(new Case("storage of less than nothing", tensor("FloatStorage", -6, 0, SHAPE, 3, 1), unusual));
        cases.add(new Case("two types", tensor("FloatStorage", 6, 0, SHAPE, 3, 1).raw("0").raw(tensor("IntStorage", 6, 0, SHAPE, 3, 1)
                .unfinished()), "the operation POP"));
        cases.add(new Case("two types of a storage", pair("FloatStorage", 6, "IntStorage", 6),
                "has 6 elements of float32 in one place and 6 of int32 in another"));
        cases.add(new Case("two sizes of a storage", pair("FloatStorage", 6, "FloatStorage", 5),
                "has 6 elements of float32 in one place and 5 of float32 in another"));
        cases.add(new Case("typed and untyped", pair("FloatStorage", 6, "UntypedStorage", 24), "in another"));
        cases.add(new Case("no record", PickleWriter.old().tensor("_rebuild_tensor", "FloatStorage", "2", 6, 0, SHAPE, 3, 1),
                "lacks the record 'archive/data/2'"));
        cases.add(new Case("record outside", PickleWriter.old().tensor("_rebuild_tensor", "FloatStorage", "../data.pkl", 6, 0, SHAPE, 3, 1),
                "lacks the record 'archive/data/../data.pkl'"));
        cases.add(new Case("key over two lines", PickleWriter.old().tensor("_rebuild_tensor", "FloatStorage", "a\nb", 6, 0, SHAPE, 3, 1),
                "lacks the record 'archive/data/a\\u000ab'"));
        cases.add(new Case("long key", PickleWriter.old().tensor("_rebuild_tensor", "FloatStorage", "x".repeat(257), 6, 0, SHAPE, 3, 1),
                "over the limit of 256"));
        for (String id : List.of("N", "U\7storage", "K\7", "](U\7storagee", ")", "}")) {
            cases.add(new Case("id " + id, named(id), outside));
        }
        for (String id : List.of("(U\6modelsctorch\nFloatStorage\nU\0010U\3cpuK\6t", "(K\1ctorch\nFloatStorage\nU\0010U\3cpuK\6t",
                "(U\7storageU\14FloatStorageU\0010U\3cpuK\6t", "(U\7storagectorch\nFloatStorage\nK\0U\3cpuK\6t",
                "(U\7storagectorch\nFloatStorage\nU\0010NK\6t", "(U\7storagectorch\nFloatStorage\nU\0010U\3cpuG\100\30\0\0\0\0\0\0t",
                "(U\7storagectorch\nFloatStorage\nU\0010U\3cput", "(U\7storagectorch\nFloatStorage\nU\0010U\3cpuK\6NNt",
                "(U\7storagectorch\nSize\nU\0010U\3cpuK\6t", "U\7storage\205")) {
            cases.add(new Case("id " + id, named(id), unusual));
        }
        cases.add(new Case("id of a module", named("(U\6moduleNNNt"), "a whole pickled module"));
        for (String view : List.of("(U\1vK\1K\6t", "(U\1vK\7K\0t", "(U\1vK\0K\7t", "(U\1vK\0\212\10\377\377\377\377\377\377\377\177t")) {
            cases.add(new Case("part " + view, named("(U\7storagectorch\nFloatStorage\nU\0010U\3cpuK\6" + view + "t"),
                    "a part of a storage takes"));
        }
        for (String view : List.of("(U\1vJ\377\377\377\377K\1t", "(U\1vK\0J\377\377\377\377t", "U\1v\205", "(K\1K\0K\6t")) {
            cases.add(new Case("part " + view, named("(U\7storagectorch\nFloatStorage\nU\0010U\3cpuK\6" + view + "t"),
                    "the part of a storage has other parts"));
        }
        cases.add(new Case("part of a text", named("(U\7storagectorch\nFloatStorage\nU\0010U\3cpuK\6U\1vt"), "is said by a text"));
        cases.add(new Case("id of protocol 0", PickleWriter.old().raw("Pstorage\n"), "the operation PERSID"));
    }

    private static PickleWriter pair(String type, int count, String otherType, int otherCount) {
        return PickleWriter.old().raw("(").raw(PickleWriter.old().storage(type, "0", count).unfinished())
                .raw(PickleWriter.old().storage(otherType, "0", otherCount).unfinished()).raw("t");
    }

    private static void calls(List<Case> cases) {
        String unusual = "other parts than torch writes";
        String tail = "K\0K\2K\3\206K\3K\1\206";
        cases.add(new Case("no storage", rebuilt("_rebuild_tensor", "N" + tail), unusual));
        cases.add(new Case("a tensor for a storage", rebuilt("_rebuild_tensor", "]" + tail), unusual));
        cases.add(new Case("version 1 with more", rebuilt("_rebuild_tensor", STORAGE + tail + "N"), unusual));
        cases.add(new Case("version 2 with less", rebuilt("_rebuild_tensor_v2", STORAGE + tail + "\211"), unusual));
        cases.add(new Case("version 2 with more", rebuilt("_rebuild_tensor_v2", STORAGE + tail + "\211}NN"), unusual));
        cases.add(new Case("negated", rebuilt("_rebuild_tensor_v2", STORAGE + tail + "\211}}U\3neg\210s"), "resolve_neg()"));
        cases.add(new Case("version 3 without a type", rebuilt("_rebuild_tensor_v3", STORAGE + tail + "\211}N"), unusual));
        cases.add(new Case("version 3 with a larger type", rebuilt("_rebuild_tensor_v3", STORAGE + tail + "\211}ctorch\nfloat64\n"),
                "of a storage, which has 3"));
        cases.add(new Case("parameter of nothing", rebuilt("_rebuild_parameter", "N\210}"), unusual));
        cases.add(new Case("parameter of a list", rebuilt("_rebuild_parameter_with_state", "]\210}}"), unusual));
        for (String arguments : List.of("NNNN", "c_codecs\nencode\nctorch\nTensor\n)}", "ctorch\nSize\nctorch\nTensor\n)}",
                "ctorch._utils\n_rebuild_tensor\nN)}", "ctorch._utils\n_rebuild_tensor\nctorch\nTensor\n]}",
                "ctorch._tensor\n_rebuild_from_type_v2\nctorch\nTensor\n)}", "ctorch._utils\n_rebuild_tensor\nctorch\nTensor\n)}")) {
            cases.add(new Case("from type " + arguments,
                    PickleWriter.old().global("torch._tensor", "_rebuild_from_type_v2").raw("(" + arguments + "tR"), unusual));
        }
        for (String callee : List.of("ctorch\nTensor\n", "c__builtin__\nlist\n", "cbuiltins\ndict\n", "cbuiltins\nint\n",
                "ctorch\nfloat32\n",
                "ctorch\nFloatStorage\n", STORAGE, "N", "]")) {
            cases.add(new Case("calls " + callee, PickleWriter.old().raw(callee + ")R"), "the pickle calls "));
            cases.add(new Case("makes " + callee, PickleWriter.old().raw(callee + ")\201"), "the pickle calls "));
        }
        for (String call : List.of("ctorch\nSize\n)R", "ctorch\nSize\nN\205R", "ctorch\ndevice\n)R", "cbuiltins\nset\nN\205R",
                "cbuiltins\nset\nNN\206R", "ccollections\nCounter\n]\205R", "ccollections\ndefaultdict\nNN\206R", "cbuiltins\ncomplex\n)R",
                "cargparse\nNamespace\nN\205R", "ctorch.serialization\n_get_layout\n)R")) {
            cases.add(new Case("call " + call, PickleWriter.old().raw(call), unusual));
        }
        for (String name : List.of("builtins getattr", "builtins eval", "os system", "posix system", "torch load", "torch.hub load",
                "torch.serialization load", "torch.storage _load_from_bytes", "torch.utils.bottleneck.__main__ run_autograd_prof",
                "torch.jit._serialization load", "torch._utils _import_dotted_name", "torch._utils _rebuild_tensor.__globals__",
                "torch.nn.modules.linear Linear", "torch._dynamo.guards GuardBuilder.get", "numpy.testing._private.utils runstring",
                "torch _utils._rebuild_tensor", "torch.float32 ", "torch.nn Parameter.__class__", "collections namedtuple",
                "torch.distributed.fsdp FullyShardedDataParallel", "mmengine.logging.history_buffer HistoryBuffer")) {
            int space = name.indexOf(' ');
            for (PickleWriter call : List.of(
                    PickleWriter.old().global(name.substring(0, space), name.substring(space + 1)).raw(")R"),
                    PickleWriter.old().text(name.substring(0, space)).text(name.substring(space + 1)).raw("\223)\201"))) {
                cases.add(new Case("name " + name, call, "the pickle asks for '" + name.replace(' ', '.') + "'"));
            }
        }
    }

    private static void states(List<Case> cases) {
        String tensor = new String(tensor("FloatStorage", 6, 0, SHAPE, 3, 1).unfinished(), StandardCharsets.ISO_8859_1);
        for (String state : List.of("N", "]", "K\1", "(NNNNt", ")", "(NNt", STORAGE)) {
            cases.add(new Case("state of a tensor " + state, PickleWriter.old().raw(tensor + state + "b"),
                    "the state of a tensor of float32"));
        }
        for (String target : List.of("N", "]", "K\1", "ctorch\nTensor\n", "ctorch\nfloat32\n", STORAGE, "}", ")", "\217", "U\1a")) {
            cases.add(new Case("state of " + target, PickleWriter.old().raw(target + "}b"), "the pickle gives a state to "));
        }
        cases.add(
                new Case("attributes of a device", PickleWriter.old().raw("ctorch\ndevice\nU\3cpu\205RNb"), "the attributes of a device"));
        cases.add(new Case("element of a list into a set", PickleWriter.old().raw("\217Na"), "an element is appended to a set"));
        cases.add(new Case("element of a set into a list", PickleWriter.old().raw("](N\220"), "an element is added to a list"));
        cases.add(new Case("key of a tensor", PickleWriter.old().raw(tensor + "K\1Ns"), "a key is set in a tensor"));
        cases.add(new Case("key of a set", PickleWriter.old().raw("\217K\1Ns"), "a key is set in a set"));
        cases.add(new Case("set of itself", PickleWriter.old().raw("\217").put(1).raw("(").get(1).raw("\220"), "a set holds itself"));
        cases.add(new Case("tuple as a key of what it holds", PickleWriter.old().raw("}").put(1).get(1).raw("\205Ns"), "holds itself"));
        cases.add(new Case("deep keys", PickleWriter.old().raw("})").times(200, "\205").raw("Ns"), "the nesting of values grows"));
        cases.add(new Case("list as a key", PickleWriter.old().raw("}]Ns"), "a dictionary has a list as a key"));
        cases.add(new Case("set as a key", PickleWriter.old().raw("}\217Ns"), "a dictionary has a set as a key"));
        cases.add(new Case("POP", PickleWriter.old().raw("NN0"), "the operation POP"));
        cases.add(new Case("DUP", PickleWriter.old().raw("N2\206"), "the operation DUP"));
        cases.add(new Case("OBJ", PickleWriter.old().raw("(ctorch\nSize\no"), "the operation OBJ"));
        cases.add(new Case("EXT1", PickleWriter.old().raw("\202\1"), "the operation EXT1"));
        cases.add(new Case("INST", PickleWriter.old().raw("(itorch\nSize\n"), "the pickle asks for 'torch.Size'"));
    }

    /// What a tensor of the old format names, in the order of its storages.
    private static PickleWriter legacy(PickleWriter object, String keys) {
        return PickleWriter.old().raw(LEGACY).raw(object.asOnlyWeight()).raw("\200\2").raw(keys).raw(".");
    }

    private static PickleWriter sound() {
        return tensor("FloatStorage", 6, 0, SHAPE, 3, 1);
    }

    @Test
    void aSoundLegacyFileIsRead() {
        byte[] file = legacy(sound(), "]U\0010a").int64(6).raw(new byte[24]).unfinished();
        try (Weights weights = Refusals.open(file)) {
            assertArrayEquals(new float[6], weights.find("weight").orElseThrow().toFloats());
        }
        // A part of a storage, as PyTorch 0.3 named it: two elements from number 3.
        PickleWriter part = PickleWriter.old().global("torch._utils", "_rebuild_tensor")
                .raw("((U\7storagectorch\nFloatStorage\nU\0010U\3cpuK\6(U\1vK\3K\2ttQK\1)K\1\205tR".replace(")K\1\205", "K\1\205K\1\205"));
        byte[] elements = PickleWriter.old().int32(0).int32(0).int32(0).int32(0).int32(0x40a00000).int32(0).unfinished();
        try (Weights weights = Refusals.open(legacy(part, "]U\0010a").int64(6).raw(elements).unfinished())) {
            assertArrayEquals(new float[]{5}, weights.find("weight").orElseThrow().toFloats());
        }
    }

    @Test
    void storagesOfLegacyFilesAreThere() {
        refused(legacy(sound(), "]U\0010a").int64(6).raw(new byte[23]).unfinished(), "the file ends inside the storage '0'");
        refused(legacy(sound(), "]U\0010a").int64(6).raw(new byte[25]).unfinished(), "the file goes on after its last storage");
        refused(legacy(sound(), "]U\0010a").raw(new byte[7]).unfinished(), "the file ends before the storage '0'");
        refused(legacy(sound(), "]U\0010a").unfinished(), "the file ends before the storage '0'");
        for (long count : new long[]{5, 7, 12, 0, -1, Long.MAX_VALUE, Long.MIN_VALUE}) {
            refused(legacy(sound(), "]U\0010a").int64(count).raw(new byte[24]).unfinished(),
                    "the storage '0' has " + count + " elements, its tensors need 6");
        }
        refused(legacy(sound(), "]").int64(6).raw(new byte[24]).unfinished(), "the file lacks the storage '0'");
        for (String keys : List.of("](U\0010U\0010e", "]U\0011a", "]K\0a", "]Na")) {
            refused(legacy(sound(), keys).int64(6).raw(new byte[24]).unfinished(), "a storage that no tensor names, or has it twice");
        }
        for (String keys : List.of("N", "}", "U\0010", "U\0010\205")) {
            refused(legacy(sound(), keys).int64(6).raw(new byte[24]).unfinished(), "the keys of the storages are ");
        }
        refused(legacy(tensor("FloatStorage", 1 << 29, 0, SHAPE, 3, 1), "]U\0010a").int64(1 << 29).raw(new byte[24]).unfinished(),
                "the file has ");
    }

    @Test
    void theRowOfPicklesIsWhatTorchWrites() {
        String magic = LEGACY.substring(0, 15);
        refused(PickleWriter.old().raw(magic).raw("\200\2M\352\3.\200\2}.").unfinished(), "in another version than 1001");
        refused(PickleWriter.old().raw(magic).raw("\200\2N.\200\2}.").unfinished(), "in another version than 1001");
        refused(PickleWriter.old().raw(magic).raw("\200\2M\351\3.\200\2N.").unfinished(), "does not say which machine");
        refused(PickleWriter.old().raw(magic).unfinished(), "the file ends before its STOP");
        refused(PickleWriter.old().raw(LEGACY).unfinished(), "the file ends before its STOP");
        refused(PickleWriter.old().raw(magic).raw("\200\4\225").int64(8).raw("M\351\3.\200\2}.").unfinished(), "a frame goes on after");
        refused(PickleWriter.old().raw(magic).raw("\200\2\200\2M\351\3.").unfinished(), "PROTO is not the first operation");
    }

    @ParameterizedTest
    @ValueSource(strings = {"torch1-bare-legacy.bin", "torch2-legacy-protocol4.pt", "torch1-legacy.pth"})
    void aLegacyFileThatIsCutIsRefusedWhereverItIsCut(String name) throws IOException {
        byte[] whole = Files.readAllBytes(FILES.resolve(name));
        for (int length = 1; length < whole.length; length++) {
            Refusals.of(Arrays.copyOf(whole, length));
        }
        System.out.println(name + ": refused at " + (whole.length - 1) + " lengths");
    }

    @ParameterizedTest
    @CsvSource({"torch1-bare-legacy.bin, 1", "torch2-legacy-protocol4.pt, 5"})
    void aFlippedBitIsRefusedOrChangesAValue(String name, int everyHowManieth) throws IOException {
        byte[] bytes = Files.readAllBytes(FILES.resolve(name));
        int flipped = 0;
        int refused = 0;
        for (int bit = 0; bit < Byte.SIZE * bytes.length; bit += everyHowManieth) {
            int mask = 1 << bit % Byte.SIZE;
            bytes[bit / Byte.SIZE] ^= (byte) mask;
            flipped++;
            refused += Refusals.isRead(bytes) ? 0 : 1;
            bytes[bit / Byte.SIZE] ^= (byte) mask;
        }
        System.out.println(name + ": " + refused + " of " + flipped + " flipped bits refused, the others changed values");
        assertTrue(refused > flipped / 10, "flips are hardly ever noticed");
    }

    @Test
    void tensorsOfTypesThatNoModelHasAreSkippedAndSaid() {
        byte[] pickle = PickleWriter.protocol(2).raw("}(").text("w").raw(sound().unfinished()).text("i")
                .raw(PickleWriter.old().tensor("_rebuild_tensor", "ShortStorage", "1", 12, 0, new int[]{12}, 1).unfinished()).text("s")
                .raw(PickleWriter.old().storage("ShortStorage", "1", 12).unfinished()).raw("u").stop();
        try (Weights weights = Refusals.open(archive(pickle))) {
            assertEquals(List.of("w"), List.copyOf(weights.keys()));
            assertEquals("{i=a tensor of int16, s=a storage}", weights.skipped().toString());
        }
    }

    private static void refused(byte[] file, String because) {
        String message = Refusals.of(file);
        assertTrue(message.contains(because), message);
    }
}
