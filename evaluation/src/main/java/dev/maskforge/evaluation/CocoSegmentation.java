package dev.maskforge.evaluation;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The pixels of an object as COCO's files have them, which become a mask when it is asked for: masks of a whole dataset
/// would be large.
sealed interface CocoSegmentation {
    /// The mask in a picture of this size.
    ///
    /// @throws EvaluationException if it does not fit the picture or is damaged
    RunLengths mask(int height, int width);

    /// Parts with x and y of their corners by turns.
    record Polygons(List<double[]> parts) implements CocoSegmentation {
        @Override
        public RunLengths mask(int height, int width) {
            if (parts.isEmpty()) {
                throw new EvaluationException("an object has no polygon");
            }
            return RunLengths.union(parts.stream().map(part -> Polygon.draw(height, width, part)).toList());
        }
    }

    /// Run lengths as numbers.
    record Runs(int height, int width, List<Integer> runs) implements CocoSegmentation {
        @Override
        public RunLengths mask(int height, int width) {
            requireSize(this.height, this.width, height, width);
            return RunLengths.of(height, width, runs.stream().mapToInt(Integer::intValue).toArray());
        }
    }

    /// Run lengths as text.
    record Text(int height, int width, String runs) implements CocoSegmentation {
        @Override
        public RunLengths mask(int height, int width) {
            requireSize(this.height, this.width, height, width);
            return RunLengths.parse(height, width, runs);
        }
    }

    private static void requireSize(int height, int width, int pictureHeight, int pictureWidth) {
        if (height != pictureHeight || width != pictureWidth) {
            throw new EvaluationException("run lengths are of " + height + "x" + width + " pixels, the picture has " + pictureHeight + "x"
                    + pictureWidth);
        }
    }

    /// The value of a member `segmentation`.
    static CocoSegmentation read(JsonFile json) {
        if (json.isArray()) {
            return new Polygons(json.array("segmentation", () -> numbers(json, "a polygon")));
        }
        Fields fields = new Fields();
        json.object("segmentation", name -> {
            switch (name) {
                case "size" -> fields.size = json.array(name, () -> json.integer(name)).stream().mapToInt(Integer::intValue).toArray();
                case "counts" -> {
                    if (json.isText()) {
                        fields.text = json.text(name);
                    } else {
                        fields.runs = json.array(name, () -> json.integer(name));
                    }
                }
                default -> json.skip();
            }
        });
        int[] size = json.required(fields.size, "size");
        if (size.length != 2 || IntStream.of(size).anyMatch(side -> side < 1) || (long) size[0] * size[1] > Integer.MAX_VALUE) {
            throw json.refuse("'size' is not a height and a width");
        }
        return fields.text != null
                ? new Text(size[0], size[1], fields.text)
                : new Runs(size[0], size[1], json.required(fields.runs, "counts"));
    }

    static double[] numbers(JsonFile json, String what) {
        return json.array(what, () -> json.number(what)).stream().mapToDouble(Double::doubleValue).toArray();
    }

    /// What has been read so far.
    final class Fields {
        private int @Nullable [] size;
        private @Nullable List<Integer> runs;
        private @Nullable String text;

        private Fields() {
        }
    }
}
