package dev.maskforge.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// Files that numpy 1 and 2 wrote in all protocols, against hashes that numpy computed.
class NumpyPicklesTest {
    private static final Path PICKLES = Path.of(System.getProperty("maskforge.fixtures"), "pickles");
    /// A folder that `make_pickles.py --matrix` filled with both versions of numpy.
    private static final String MATRIX = "maskforge.pickles";

    @TestFactory
    Stream<DynamicTest> everyArrayIsReadAsNumpyReadsIt() throws IOException {
        ExpectedTensors expected = ExpectedTensors.in(PICKLES);
        assertTrue(expected.tensors().size() >= 17, "files");
        return expected.tensors().keySet().stream().map(file -> DynamicTest.dynamicTest(file, () -> {
            try (Weights weights = expected.open(file)) {
                assertEquals("Maskforge fixture é", weights.metadata().get("__author__"));
                assertEquals("89999", weights.metadata().get("iteration"));
                assertEquals("true", weights.metadata().get("matching_heuristics"));
                assertFalse(weights.metadata().containsKey("extra"));
                assertEquals(Map.of(), weights.skipped());
            }
        }));
    }

    @TestFactory
    Stream<DynamicTest> whatIsNoCheckpointIsRefused() throws IOException {
        ExpectedTensors expected = ExpectedTensors.in(PICKLES);
        assertTrue(expected.refused().size() >= 6, "files");
        return expected.refused().stream().map(file -> DynamicTest.dynamicTest(file, () -> {
            String message = Refusals.of(PICKLES.resolve(file));
            System.out.println(message);
        }));
    }

    /// 2 versions of numpy, 6 protocols, 3 orders, 5 data types.
    @Test
    @EnabledIfSystemProperty(named = MATRIX, matches = ".+")
    void everyVersionProtocolOrderAndTypeIsRead() throws IOException {
        ExpectedTensors expected = ExpectedTensors.in(Path.of(System.getProperty(MATRIX)));
        for (String file : expected.tensors().keySet()) {
            expected.open(file).close();
        }
        System.out.println(expected.tensors().size() + " pickles of numpy read, all arrays equal to numpy's byte for byte");
        assertEquals(180, expected.tensors().size());
    }
}
