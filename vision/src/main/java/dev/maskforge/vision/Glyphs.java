package dev.maskforge.vision;

import java.awt.image.Raster;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/// The printable ASCII characters of DejaVu Sans in one size, as coverage from 0 to 255, made by `tools/fonts`. Java's own
/// text needs fonts and a font configuration, which containers lack.
final class Glyphs {
    private static final int FIRST = 32;
    private static final int LAST = 126;
    /// In pixels.
    static final List<Integer> SIZES = List.of(13, 20, 32);
    private static final Map<Integer, Glyphs> LOADED = new ConcurrentHashMap<>();

    private final int[] coverage;
    private final int atlasWidth;
    private final int height;
    private final int margin;
    private final int[] left;
    private final int[] advance;

    private Glyphs(int size) throws IOException {
        List<int[]> table = table("glyphs/dejavu-sans-" + size + ".tsv");
        Raster atlas = atlas("glyphs/dejavu-sans-" + size + ".png");
        this.height = table.getFirst()[1];
        this.margin = table.getFirst()[2];
        this.atlasWidth = atlas.getWidth();
        this.coverage = atlas.getSamples(0, 0, atlasWidth, height, 0, new int[atlasWidth * height]);
        this.left = table.stream().skip(1).mapToInt(row -> row[1]).toArray();
        this.advance = table.stream().skip(1).mapToInt(row -> row[2]).toArray();
    }

    static Glyphs ofSize(int size) {
        return LOADED.computeIfAbsent(size, wanted -> {
            try {
                return new Glyphs(wanted);
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        });
    }

    private static InputStream resource(String name) throws IOException {
        InputStream stream = Glyphs.class.getResourceAsStream(name);
        if (stream == null) {
            throw new IOException("the resource " + name + " is missing beside " + Glyphs.class.getName());
        }
        return stream;
    }

    private static List<int[]> table(String name) throws IOException {
        try (InputStream stream = resource(name)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8).lines()
                    .map(line -> List.of(line.split("\t")).stream().mapToInt(Integer::parseInt).toArray())
                    .toList();
        }
    }

    private static Raster atlas(String name) throws IOException {
        ImageReader reader = JdkCodecs.reader("png");
        try (InputStream stream = resource(name); MemoryCacheImageInputStream cached = new MemoryCacheImageInputStream(stream)) {
            reader.setInput(cached);
            return reader.read(0).getRaster();
        } finally {
            reader.dispose();
        }
    }

    /// Of a line of text, in pixels.
    int height() {
        return height;
    }

    int width(String text) {
        return text.chars().map(character -> advance[index(character)]).sum();
    }

    /// Draws text whose upper left corner is at (`x`, `y`); what has no glyph is a question mark.
    ///
    /// @param scale how many pixels a side a pixel of the glyphs becomes
    void draw(String text, Canvas canvas, int x, int y, int scale, Colour colour) {
        int pen = x;
        for (int character : text.chars().toArray()) {
            int glyph = index(character);
            drawGlyph(glyph, canvas, pen, y, scale, colour);
            pen += advance[glyph] * scale;
        }
    }

    private void drawGlyph(int glyph, Canvas canvas, int x, int y, int scale, Colour colour) {
        int width = advance[glyph] + 2 * margin;
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                int opacity = coverage[row * atlasWidth + left[glyph] + column];
                if (opacity > 0) {
                    canvas.fill(x + (column - margin) * scale, y + row * scale, scale, scale, colour, opacity);
                }
            }
        }
    }

    private static int index(int character) {
        return (character < FIRST || character > LAST ? '?' : character) - FIRST;
    }
}
