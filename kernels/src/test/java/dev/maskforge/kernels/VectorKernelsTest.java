package dev.maskforge.kernels;

import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertTrue;

/// Not run, and reported so, on a processor with short vectors.
class VectorKernelsTest extends KernelsTest {
    VectorKernelsTest() {
        super(Kernels.vector());
    }

    @BeforeAll
    static void needsLongVectors() {
        Optional<String> obstacle = Kernels.obstacle();
        Assumptions.assumeTrue(obstacle.isEmpty(), () -> obstacle.orElse(""));
    }

    @Test
    void isTheBestWhereItRuns() {
        assertTrue(Kernels.best().toString().startsWith("Vector API"), Kernels.best().toString());
    }
}
