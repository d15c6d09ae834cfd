package dev.maskforge.engine.onnxruntime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;

/// Whether the processor adds up products of uint8 and int8 in 32 bits, by instructions of its own (VNNI). Others of x86-64
/// go through 16 bits, which overflow, unless ONNX Runtime is told to take a way that is right and less than half as fast.
final class IntegerProducts {
    private static final Set<String> WIDE = Set.of("avx512_vnni", "avx_vnni");

    private IntegerProducts() {
    }

    /// What Linux says of this processor; elsewhere it is not known, and no is the safe answer.
    static boolean areWide() {
        return Here.ARE_WIDE;
    }

    private static final class Here {
        static final boolean ARE_WIDE = areWide(Path.of("/proc/cpuinfo"));
    }

    /// @param file in the format of `/proc/cpuinfo`, see proc(5)
    static boolean areWide(Path file) {
        try {
            // Cores may differ, and each runs some of the products.
            return Files.readAllLines(file).stream().filter(line -> line.startsWith("flags")).map(IntegerProducts::isWide)
                    .reduce(Boolean::logicalAnd).orElse(false);
        } catch (IOException e) {
            System.getLogger(IntegerProducts.class.getName()).log(System.Logger.Level.DEBUG, "the processor is not known", e);
            return false;
        }
    }

    private static boolean isWide(String flags) {
        return Arrays.stream(flags.substring(flags.indexOf(':') + 1).strip().split(" ")).anyMatch(WIDE::contains);
    }
}
