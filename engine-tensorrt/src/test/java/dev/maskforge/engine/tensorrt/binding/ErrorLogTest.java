package dev.maskforge.engine.tensorrt.binding;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.DeviceMemoryException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

class ErrorLogTest {
    private final ErrorLog errors = new ErrorLog();

    @ParameterizedTest
    @ValueSource(strings = {"[defaultAllocator.cpp::allocate::31] Error Code 1: Cuda Runtime (out of memory)",
            "[executionContext.cpp::initializeExecutionContext::625] Error Code 2: OutOfMemory (Requested size was 20132809216 bytes.)",
            "[virtualMemoryBuffer.cpp::resizePhysical::160] Error Code 2: OutOfMemory (no further information)"})
    void wantOfMemoryIsRecognised(String error) {
        errors.keep(error);
        assertEquals("TensorRT 10.6.0 fails at the plan: " + error
                + "; use a smaller picture, batch or profile, or end other programs on the GPU",
                assertInstanceOf(DeviceMemoryException.class, errors.failure("TensorRT 10.6.0 fails at the plan")).getMessage());
    }

    /// Of what follows from a first error, or comes after ways that were tried before. It is what the cure is for, so it is told.
    @Test
    void theErrorThatSaysItIsTold() {
        errors.keep("Error Code: 9: Skipping tactic 0x0000000000000000 due to exception autotuning");
        errors.keep("[defaultAllocator.cpp::allocate::31] Error Code 1:\n  Cuda Runtime (out of memory)\n");
        errors.keep("Error Code 2: OutOfMemory (no further information)");
        errors.keep("IBuilder::buildSerializedNetwork: Error Code 10: Internal Error (Could not find any implementation)");
        EngineException told = assertInstanceOf(DeviceMemoryException.class, errors.failure("a build fails"));
        assertEquals("a build fails: [defaultAllocator.cpp::allocate::31] Error Code 1: Cuda Runtime (out of memory)"
                + "; use a smaller picture, batch or profile, or end other programs on the GPU", told.getMessage());
        assertEquals("a build fails: it gives no reason", errors.failure("a build fails").getMessage());
    }

    @Test
    void otherFailuresAreOthersAndForgottenOnceTold() {
        errors.keep("Error Code 1: Cuda Runtime (out of memory)");
        errors.forget();
        errors.keep("Error Code 4: Internal Error\n  (node 'a' is wrong)");
        errors.keep("Error Code 10: it follows");
        EngineException told = errors.failure("a build fails");
        assertEquals(EngineException.class, told.getClass());
        assertEquals("a build fails: Error Code 4: Internal Error (node 'a' is wrong)", told.getMessage());
        assertEquals(Optional.empty(), errors.first());
        assertEquals("a build fails: it gives no reason", errors.failure("a build fails").getMessage());
    }

    @Test
    void theLastAreKept() {
        for (int i = 0; i < 25; i++) {
            errors.keep("error " + i);
        }
        assertEquals(Optional.of("error 5"), errors.first());
    }
}
