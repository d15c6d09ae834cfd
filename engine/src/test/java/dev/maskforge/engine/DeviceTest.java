package dev.maskforge.engine;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

class DeviceTest {
    @Test
    void enginesComputeOnTheProcessorUnlessTheySayOtherwise() {
        Device device = Engines.named("reference").device();
        assertEquals(Device.Kind.CPU, device.kind());
        assertEquals("cpu", device.kind().toString());
        assertFalse(device.name().isBlank());
    }
}
