package dev.maskforge.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Functions and classes that attacks have used, asked for in every way that a pickle has, and names made to be mistaken.
class HostileNamesTest {
    private static final List<String> CALLABLES = List.of("posix system", "nt system", "os system", "os popen", "os execve", "posix fork",
            "subprocess Popen", "subprocess check_output", "commands getoutput", "builtins eval", "builtins exec", "builtins compile",
            "builtins getattr", "builtins __import__", "builtins open", "__builtin__ eval", "__builtin__ execfile", "__builtin__ apply",
            "runpy run_path", "runpy _run_code", "pty spawn", "platform popen", "marshal loads", "pickle loads", "_pickle loads",
            "dill loads", "cloudpickle.cloudpickle _make_function", "ctypes CDLL", "ctypes.util find_library", "importlib import_module",
            "importlib.machinery SourceFileLoader", "operator attrgetter", "operator methodcaller", "functools partial",
            "types FunctionType",
            "types CodeType", "numpy.f2py.crackfortran getlincoef", "numpy.testing._private.utils runstring", "numpy load",
            "numpy.core.multiarray fromfile", "_io FileIO", "io open_code", "asyncio.unix_events _UnixSubprocessTransport",
            "pydoc pipepager",
            "pydoc locate", "code InteractiveInterpreter", "cProfile runctx", "profile run", "timeit timeit", "bdb Bdb", "pdb Pdb",
            "idlelib.pyshell ModifiedInterpreter", "lib2to3.pgen2.pgen ParserGenerator", "ensurepip _run_pip", "pip main",
            "webbrowser open",
            "socket create_connection", "http.client HTTPSConnection", "requests.api get", "urllib.request urlopen", "shutil rmtree",
            "tempfile mktemp", "zipimport zipimporter", "sys setprofile", "copyreg _reconstructor", "copy_reg _reconstructor",
            "collections Counter", "collections namedtuple", "codecs encode", "_codecs decode", "logging.config listen",
            "torch.utils.bottleneck.__main__ run_autograd_prof", "torch.hub load", "torch serialization");

    @TestFactory
    Stream<DynamicTest> nothingThatRunsCodeCanBeNamed() {
        return CALLABLES.stream().map(callable -> DynamicTest.dynamicTest(callable, () -> {
            int space = callable.indexOf(' ');
            String module = callable.substring(0, space);
            String name = callable.substring(space + 1);
            for (byte[] pickle : waysToName(module, name)) {
                String message = Refusals.of(pickle);
                assertTrue(message.contains("the pickle asks for '" + module + "." + name + "'"), message);
            }
        }));
    }

    private static List<byte[]> waysToName(String module, String name) {
        return List.of(PickleWriter.protocol(2).global(module, name).text("true").raw("\205R").stop(),
                PickleWriter.old().global(module, name).raw("(S'true'\ntR").stop(),
                PickleWriter.protocol(4).text(module).text(name).raw("\223").text("true").raw("\205R").stop(),
                PickleWriter.protocol(4).raw("U").raw((byte) module.length()).raw(module).raw("U").raw((byte) name.length()).raw(name)
                        .raw("\223)R").stop(),
                PickleWriter.old().raw("(S'true'\ni" + module + "\n" + name + "\n").stop(),
                PickleWriter.protocol(2).raw("(").text("true").raw("i" + module + "\n" + name + "\n").stop(),
                // The parts lie in the memo, in the wrong order, among the checkpoint's own texts.
                PickleWriter.protocol(4).raw("}").text(name).put(7).text(module).put(3).raw("s").get(3).get(7).raw("\223)R").stop(),
                PickleWriter.protocol(4).raw("V" + module + "\nV\\u" + String.format("%04x", (int) name.charAt(0)) + name.substring(1))
                        .raw("\n\223)R").stop());
    }

    @TestFactory
    Stream<DynamicTest> namesThatResembleAllowedOnesAreOthers() {
        List<List<String>> names = List.of(List.of("numpy", "core.multiarray._reconstruct"), List.of("numpy.core", "multiarray.scalar"),
                List.of("collections", "OrderedDict.fromkeys"), List.of("collections.OrderedDict", ""),
                List.of("", "collections.OrderedDict"),
                List.of("builtins", "print.__class__"), List.of("numpy", "dtype.__class__"), List.of("numpy", "Ndarray"),
                List.of("Numpy", "ndarray"), List.of(" numpy", "ndarray"), List.of("numpy", "ndarray "), List.of("numpy\r", "ndarray\r"),
                List.of("numpy\0", "dtype"), List.of("numpy", "dtype\0"), List.of("num\u0440y", "dtype"), List.of("numpy", "dty\u200bpe"),
                List.of("\uff4eumpy", "dtype"), List.of("numpy", "dtype\u202e"), List.of("numpy\u2028", "dtype"),
                List.of("numpy/core", "dtype"),
                List.of("..numpy", "dtype"), List.of("__main__", "dtype"), List.of("numpy._core.multiarray", "_frombuffer"),
                List.of("numpy.core._multiarray_umath", "_reconstruct"), List.of("numpy", "x".repeat(256)));
        return names.stream().map(parts -> DynamicTest.dynamicTest(parts.toString(), () -> {
            String module = parts.getFirst();
            String name = parts.getLast();
            String message = Refusals.of(PickleWriter.protocol(4).text(module).text(name).raw("\223)R").stop());
            assertTrue(message.contains("the pickle asks for '"), message);
            Refusals.of(PickleWriter.protocol(2).global(module, name).raw(")R").stop());
        }));
    }

    @Test
    void namesHaveALimit() {
        String tooLong = "x".repeat(257);
        String million = "x".repeat(1 << 20);
        for (String name : List.of(tooLong, million)) {
            List<String> messages = new ArrayList<>();
            messages.add(Refusals.of(PickleWriter.protocol(2).global("numpy", name).raw(")R").stop()));
            messages.add(Refusals.of(PickleWriter.protocol(2).global(name, "dtype").raw(")R").stop()));
            messages.add(Refusals.of(PickleWriter.protocol(4).text("numpy").text(name).raw("\223)R").stop()));
            messages.forEach(message -> assertTrue(message.contains("over the limit of 256"), message));
        }
    }

    @Test
    void namesAreTexts() {
        for (String notAText : List.of("N", "K\1", "C\5numpy", "]", ")", "G\0\0\0\0\0\0\0\0", "c_codecs\nencode\nU\5numpyU\6latin1\206R")) {
            String message = Refusals.of(PickleWriter.protocol(4).raw(notAText).text("dtype").raw("\223)R").stop());
            assertTrue(message.contains("is used as a name"), message);
        }
        assertTrue(
                Refusals.of(PickleWriter.protocol(4).raw("\214\3\355\240\200").text("dtype").raw("\223)R").stop()).contains("not UTF-8"));
    }

    @Test
    void onlyNamesCanBeCalled() {
        for (String callee : List.of("N", "K\1", "U\6system", "]", "}", ")", "C\1a", "cnumpy\nndarray\n")) {
            String message = Refusals.of(PickleWriter.protocol(2).raw(callee).raw(")R").stop());
            assertTrue(message.contains("the pickle calls "), message);
        }
    }

    @Test
    void onlyArraysTypesAndOrderedDictionariesTakeAState() {
        for (String target : List.of("N", "K\1", "U\6system", "]", "}", ")", "C\1a", "cnumpy\nndarray\n", "c_codecs\nencode\n")) {
            String message = Refusals.of(PickleWriter.protocol(2).raw(target).raw("}b").stop());
            assertTrue(message.contains("the pickle gives a state to "), message);
        }
    }

    @Test
    void tensorsOfPyTorchGetAdviceAndNoAlarm() {
        String message = Refusals.of(PickleWriter.protocol(2).global("torch._utils", "_rebuild_tensor_v2").raw(")R").stop());
        assertTrue(message.contains("PyTorch's objects"), message);
        assertFalse(message.contains("do not load"), message);
    }
}
