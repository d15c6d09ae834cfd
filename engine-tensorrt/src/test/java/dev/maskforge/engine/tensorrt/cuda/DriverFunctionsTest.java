package dev.maskforge.engine.tensorrt.cuda;

import dev.maskforge.engine.EngineException;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

class DriverFunctionsTest {
    /// CUDA_ERROR_OUT_OF_MEMORY is 2, CUDA_ERROR_INVALID_VALUE is 1.
    @Test
    void wantOfMemoryIsAFailureOfItsOwn() {
        EngineException ofMemory = DriverFunctions.failure(2, "taking 64 bytes of device memory", "out of memory");
        assertEquals("CUDA fails at taking 64 bytes of device memory: out of memory; use a smaller picture, batch or profile, or end other "
                + "programs on the GPU", assertInstanceOf(DeviceMemoryException.class, ofMemory).getMessage());
        EngineException other = DriverFunctions.failure(1, "making a stream", "invalid argument");
        assertEquals(EngineException.class, other.getClass());
        assertEquals("CUDA fails at making a stream: invalid argument; see 'maskforge doctor'", other.getMessage());
    }
}
