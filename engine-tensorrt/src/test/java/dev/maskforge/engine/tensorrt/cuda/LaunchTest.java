package dev.maskforge.engine.tensorrt.cuda;

import dev.maskforge.engine.EngineException;
import dev.maskforge.engine.tensorrt.cuda.KernelArguments;
import dev.maskforge.engine.tensorrt.cuda.LaunchGeometry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class LaunchTest {
    @Test
    void refusesWhatCudaDoesNotLaunch() {
        assertThrows(EngineException.class, () -> new LaunchGeometry(1, 65_536, 1, 32, 1));
        assertThrows(IllegalArgumentException.class, () -> new LaunchGeometry(1, 1, 1, 64, 32));
        assertThrows(IllegalArgumentException.class, () -> new LaunchGeometry(0, 1, 1, 32, 1));
    }

    @Test
    void argumentsLieAsACompilerLaysThem() {
        byte[] bytes = new KernelArguments().int32(7).address(0x1122334455667788L).float32(1.5f).toBytes();
        ByteBuffer view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(24, bytes.length);
        assertEquals(7, view.getInt(0));
        assertEquals(0x1122334455667788L, view.getLong(8));
        assertEquals(1.5f, view.getFloat(16));
    }
}
