package dev.maskforge.engine.onnxruntime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

class IntegerProductsTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"fpu avx2 avx512f avx512_vnni, fpu avx2 avx512_vnni, true", "fpu avx2, fpu avx2, false", "avx2 avx_vnni, avx2, false",
            "avx2 avx_vnni, avx_vnni, true", "xavx_vnni, xavx_vnni, false"})
    void everyCoreMustHaveThem(String first, String second, boolean areWide) throws IOException {
        Path file = Files.writeString(folder.resolve("cpuinfo"), "processor\t: 0\nflags\t\t: " + first + "\nbugs\t\t: avx512_vnni\n\n"
                + "processor\t: 1\nflags\t\t: " + second + "\n");
        assertEquals(areWide, IntegerProducts.areWide(file));
    }

    @Test
    void whatIsNotKnownIsNotAssumed() throws IOException {
        assertFalse(IntegerProducts.areWide(folder.resolve("none")));
        assertFalse(IntegerProducts.areWide(Files.writeString(folder.resolve("arm"), "processor\t: 0\nFeatures\t: asimddp\n")));
    }
}
