package dev.maskforge.vision;

import dev.maskforge.graph.Shape;
import dev.maskforge.graph.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

import javax.imageio.ImageIO;

/// A case of `tools/fixtures/postprocessing`: query outputs, and what the original makes of them.
record PostprocessingFixture(String name, QueryOutputs outputs, ClassList classes, Thresholds thresholds, List<Geometry> geometries,
        List<List<String>> expected) {
    private static final Path FOLDER = Path.of(Objects.requireNonNull(System.getProperty("maskforge.fixtures")), "postprocessing");

    /// An instance of the original; its mask as COCO's run lengths.
    record ExpectedInstance(int trainId, double score, long area, Box box, String runs) {}

    /// A segment of the original, which gives none a score.
    record ExpectedSegment(int id, int trainId, boolean isThing, long area) {}

    static List<PostprocessingFixture> all() throws IOException {
        List<PostprocessingFixture> fixtures = new ArrayList<>();
        try (var folders = Files.list(FOLDER)) {
            for (Path folder : folders.sorted().toList()) {
                fixtures.add(read(folder));
            }
        }
        return fixtures;
    }

    private static PostprocessingFixture read(Path folder) throws IOException {
        List<List<String>> lines = Files.readAllLines(folder.resolve("expected.txt")).stream()
                .map(line -> Arrays.asList(line.split(" ")))
                .toList();
        int[] sizes = numbers(only("sizes", lines));
        int images = sizes[0];
        int queries = sizes[1];
        int classes = sizes[2];
        List<Integer> things = IntStream.of(numbers(only("things", lines))).boxed().toList();
        List<String> thresholds = only("thresholds", lines);
        QueryOutputs outputs = new QueryOutputs(
                Tensor.of(Shape.of(images, queries, classes + 1), halves(folder.resolve("pred_logits.f16"))),
                Tensor.of(Shape.of(images, queries, sizes[3], sizes[4]), halves(folder.resolve("pred_masks.f16"))));
        return new PostprocessingFixture(
                Objects.requireNonNull(folder.getFileName()).toString(), outputs, classes(classes, things),
                new Thresholds(Double.parseDouble(thresholds.get(1)), Double.parseDouble(thresholds.get(2)),
                        Integer.parseInt(thresholds.get(3))),
                lines.stream().filter(line -> line.getFirst().equals("geometry")).map(PostprocessingFixture::geometry).toList(), lines);
    }

    /// Classes of which these are things.
    static ClassList classes(int count, List<Integer> things) {
        return new ClassList("made up", ClassList.generated(count).classes().stream()
                .map(known -> new SegmentationClass(known.trainId(), 100 + known.trainId(), known.name(), known.colour(),
                        things.contains(known.trainId())))
                .toList());
    }

    private static List<String> only(String key, List<List<String>> lines) {
        return lines.stream().filter(line -> line.getFirst().equals(key)).findFirst().orElseThrow();
    }

    private static int[] numbers(List<String> line) {
        return line.stream().skip(1).mapToInt(Integer::parseInt).toArray();
    }

    private static Geometry geometry(List<String> line) {
        int[] sizes = numbers(line);
        return new Geometry(sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], sizes[5]);
    }

    private static float[] halves(Path path) throws IOException {
        ShortBuffer halves = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
        float[] floats = new float[halves.remaining()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = Float.float16ToFloat(halves.get(i));
        }
        return floats;
    }

    /// @param way `mask2former` or `maskformer`
    List<ExpectedSegment> segments(String way, int image) {
        return lines(way, image).stream()
                .map(line -> new ExpectedSegment(Integer.parseInt(line.get(2)), Integer.parseInt(line.get(3)), line.get(4).equals("thing"),
                        Long.parseLong(line.get(5))))
                .toList();
    }

    /// @param way `instances` or `thing-instances`
    List<ExpectedInstance> instances(String way, int image) {
        return lines(way, image).stream()
                .map(line -> new ExpectedInstance(Integer.parseInt(line.get(2)), Double.parseDouble(line.get(3)),
                        Long.parseLong(line.get(4)),
                        new Box(Integer.parseInt(line.get(5)), Integer.parseInt(line.get(6)), Integer.parseInt(line.get(7)),
                                Integer.parseInt(line.get(8))),
                        line.get(9)))
                .toList();
    }

    private List<List<String>> lines(String way, int image) {
        return expected.stream().filter(line -> line.getFirst().equals(Integer.toString(image)) && line.get(1).equals(way)).toList();
    }

    /// Samples of a grey picture, such as `mask2former-0.png`.
    int[] grey(String file) throws IOException {
        var raster = ImageIO.read(FOLDER.resolve(name).resolve(file).toFile()).getRaster();
        return raster.getSamples(0, 0, raster.getWidth(), raster.getHeight(), 0, (int[]) null);
    }

    boolean has(String file) {
        return Files.exists(FOLDER.resolve(name).resolve(file));
    }

    float[] floats(String file) throws IOException {
        var buffer = ByteBuffer.wrap(Files.readAllBytes(FOLDER.resolve(name).resolve(file))).order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        float[] floats = new float[buffer.remaining()];
        buffer.get(floats);
        return floats;
    }

    @Override
    public String toString() {
        return name;
    }
}
