package dev.maskforge.vision;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

class ImageFileTest {
    static List<List<String>> decoded() throws IOException {
        return Fixtures.lines("decoded.txt");
    }

    @ParameterizedTest
    @MethodSource("decoded")
    void isPillowsByteForByte(List<String> line) {
        RgbImage picture = ImageFile.read(Fixtures.PILLOW.resolve("images").resolve(line.get(0)));
        assertEquals(line.get(1) + "x" + line.get(2), picture.height() + "x" + picture.width());
        assertEquals(line.get(3), Fixtures.sha256(picture.samples()));
    }
}
