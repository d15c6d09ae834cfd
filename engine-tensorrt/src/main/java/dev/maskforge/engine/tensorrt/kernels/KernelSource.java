package dev.maskforge.engine.tensorrt.kernels;

import dev.maskforge.engine.tensorrt.cuda.Architecture;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// CUDA C++, and the macros that fit it to a network: types, and sizes that are worth unrolling. The files of all kernels lie beside
/// this class, since they share some.
///
/// @param name   of the file, such as `head.cu`
/// @param shared files that come before it
/// @param macros by name
/// @param instructions that it uses
public record KernelSource(String name, List<String> shared, SortedMap<String, String> macros, Instructions instructions) {
    /// Where there are the instructions that a source uses.
    public enum Instructions {
        /// On an architecture and on all that are newer.
        LASTING,
        /// On one architecture alone: machine code is made for exactly that, and no PTX helps.
        OF_ONE_ARCHITECTURE
    }

    public KernelSource {
        shared = List.copyOf(shared);
        macros = Collections.unmodifiableSortedMap(new TreeMap<>(macros));
    }

    /// A file without macros.
    ///
    /// @param shared files that come before it
    public static KernelSource of(String name, String... shared) {
        return new KernelSource(name, List.of(shared), new TreeMap<>(), Instructions.LASTING);
    }

    /// With instructions that only the architecture has which it is compiled for.
    public KernelSource forOneArchitecture() {
        return new KernelSource(name, shared, macros, Instructions.OF_ONE_ARCHITECTURE);
    }

    /// With one more macro, or another value of one that it has.
    public KernelSource with(String macro, String value) {
        SortedMap<String, String> more = new TreeMap<>(macros);
        more.put(macro, value);
        return new KernelSource(name, shared, more, instructions);
    }

    /// With a number.
    public KernelSource with(String macro, long value) {
        return with(macro, Long.toString(value));
    }

    /// What machine code it becomes on an architecture: such as `sm_90`, or `sm_90a` with what no other has.
    public String target(Architecture architecture) {
        return switch (instructions) {
            case LASTING -> architecture.toString();
            case OF_ONE_ARCHITECTURE -> architecture + "a";
        };
    }

    /// What is compiled. Lines are numbered as in the files.
    public String text() {
        StringBuilder text = new StringBuilder();
        shared.forEach(file -> text.append("#line 1 \"").append(file).append("\"\n").append(read(file)));
        return text.append("#line 1 \"").append(name).append("\"\n").append(read(name)).toString();
    }

    /// Macros as a compiler's options: `-DCLASSES=19`.
    public List<String> definitions() {
        return macros.entrySet().stream().map(macro -> "-D" + macro.getKey() + "=" + macro.getValue()).toList();
    }

    private static String read(String file) {
        try (InputStream input = KernelSource.class.getResourceAsStream(file)) {
            if (input == null) {
                throw new IllegalStateException("there is no " + file + " beside " + KernelSource.class.getName());
            }
            return new String(input.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
