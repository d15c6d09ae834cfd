package example;

import dev.maskforge.Segmenter;
import dev.maskforge.vision.LabelMap;
import java.nio.file.Path;

/// Says which class most pixels of a picture have. Give a checkpoint and a picture.
public final class SegmentAPicture {
    public static void main(String[] arguments) {
        try (Segmenter segmenter = Segmenter.open(Path.of(arguments[0]))) {
            LabelMap labels = segmenter.segment(Path.of(arguments[1]));
            long[] pixels = labels.histogram(segmenter.model().classes().size());
            int largest = 0;
            for (int label = 1; label < pixels.length; label++) {
                largest = pixels[label] > pixels[largest] ? label : largest;
            }
            System.out.printf("%dx%d pixels, most of class %d%n", labels.height(), labels.width(), largest);
        }
    }
}
