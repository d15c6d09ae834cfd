package dev.maskforge.measure;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

/// Any file is of measurements or is refused in one line; what is read comes back from its own text.
class MeasurementFileFuzzTest {
    static Stream<byte[]> files() {
        return Stream.of(MeasurementFile.print(MeasurementFileTest.EXAMPLE).getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("files")
    @FuzzTest(maxDuration = "10m")
    void read(byte[] file) {
        Measurements measurements;
        try {
            measurements = MeasurementFile.read("fuzzed", file);
        } catch (MeasurementException e) {
            String message = String.valueOf(e.getMessage());
            assertEquals(1, message.lines().count(), message);
            return;
        }
        byte[] printed = MeasurementFile.print(measurements).getBytes(StandardCharsets.UTF_8);
        assertEquals(measurements, MeasurementFile.read("printed", printed));
    }
}
