package dev.maskforge.cli;

import dev.maskforge.MaskforgeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class PictureFilesTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void pictures() throws IOException {
        for (String name : List.of("shots/b.png", "shots/a.JPG", "shots/c.webp", "shots/notes.txt", "shots/.hidden.png",
                "shots/deep/d.tiff", "shots/deep/er/e.bmp", "shots/deep/er/f.png", "other/B.gif", "other/[odd].png", "other/b.tif")) {
            Path file = folder.resolve(name);
            Files.createDirectories(file.resolveSibling(""));
            Files.createFile(file);
        }
    }

    private List<String> found(String... given) {
        List<Path> paths = Stream.of(given).map(folder::resolve).toList();
        return PictureFiles.find(paths).stream().map(entry -> folder.relativize(entry.file()).toString().replace('\\', '/')).toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"shots|shots/.hidden.png shots/a.JPG shots/b.png shots/c.webp", "shots/notes.txt|shots/notes.txt",
            "shots/*.png|shots/b.png", "shots/?.*|shots/a.JPG shots/b.png shots/c.webp", "shots/*|shots/a.JPG shots/b.png shots/c.webp",
            "shots/.*|shots/.hidden.png", "shots/{b,c}.*|shots/b.png shots/c.webp", "shots/[ab].*|shots/a.JPG shots/b.png",
            "shots/**/*.png|shots/b.png shots/deep/er/f.png", "shots/*/*|shots/deep/d.tiff",
            "**/*.{bmp,tiff}|shots/deep/d.tiff shots/deep/er/e.bmp", "sh*/deep/*.tiff|shots/deep/d.tiff",
            "other/[odd].png|other/[odd].png", "absent.png|absent.png"})
    void findsWhatIsMeant(String given, String expected) {
        assertEquals(List.of(expected.split(" ")), found(given));
    }

    @ParameterizedTest
    @ValueSource(strings = {"shots/*.gif", "absent/*.png", "shots/*.txt", "shots/b.png/*", "shots/b?.png"})
    void nothingLikeAPatternIsAnError(String given) {
        String message = String.valueOf(assertThrows(MaskforgeException.class, () -> found(given)).getMessage());
        assertEquals("no picture is like '" + folder.resolve(given) + "', no file that ends in .bmp, .gif, .jpeg, .jpg, .png, .tif, .tiff,"
                + " .webp; give another pattern, or the files themselves", message);
    }

    @Test
    void aPatternThatIsNone() {
        String message = String.valueOf(assertThrows(MaskforgeException.class, () -> found("shots/[a")).getMessage());
        assertTrue(message.startsWith("there is no file '" + folder.resolve("shots/[a") + "', and it is no pattern either: "), message);
        assertTrue(message.endsWith("; check its name"), message);
    }

    @Test
    void namesOfResultsDifferInMoreThanCase() {
        List<Path> given = Stream.of("shots/b.png", "other").map(folder::resolve).toList();
        assertEquals(List.of("b", "B-2", "[odd]", "b-3"), PictureFiles.find(given).stream().map(PictureFiles.Entry::name).toList());
    }

    @Test
    void aLinkInACircleIsNotFollowed() throws IOException {
        Files.createSymbolicLink(folder.resolve("shots/deep/round"), folder.resolve("shots"));
        assertEquals(List.of("shots/b.png", "shots/deep/er/f.png"), found("shots/**/*.png"));
    }
}
