package dev.maskforge.kernels;

import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;

/// Not run, and reported so, on a processor with short vectors.
class VectorAllocationTest extends AllocationTest {
    VectorAllocationTest() {
        super(Kernels.vector());
    }

    @BeforeAll
    static void needsLongVectors() {
        Optional<String> obstacle = Kernels.obstacle();
        Assumptions.assumeTrue(obstacle.isEmpty(), () -> obstacle.orElse(""));
    }
}
