package dev.maskforge.vision;

import java.nio.file.Path;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;

/// Writes results as COCO's tools read them (`panopticapi`, `pycocotools`), one file for a whole dataset.
public final class CocoFile {
    private static final JsonFactory JSON = JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

    private CocoFile() {
    }

    private interface Content {
        void writeTo(JsonGenerator json);
    }

    /// Writes panoptic results: `images`, `annotations` with `segments_info`, `categories`.
    ///
    /// @throws ImageException if the file cannot be written
    public static void writePanoptic(List<CocoPanoptic> pictures, ClassList classes, Path path) {
        write(path, json -> {
            json.writeStartObject();
            json.writeArrayPropertyStart("images");
            pictures.forEach(picture -> writeImage(picture.image(), json));
            json.writeEndArray();
            json.writeArrayPropertyStart("annotations");
            pictures.forEach(picture -> writeAnnotation(picture, json));
            json.writeEndArray();
            json.writeArrayPropertyStart("categories");
            classes.classes().forEach(category -> writeCategory(category, json));
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private static void writeImage(CocoImage image, JsonGenerator json) {
        json.writeStartObject();
        writeId("id", image, json);
        json.writeStringProperty("file_name", image.fileName());
        json.writeNumberProperty("height", image.height());
        json.writeNumberProperty("width", image.width());
        json.writeEndObject();
    }

    private static void writeAnnotation(CocoPanoptic picture, JsonGenerator json) {
        json.writeStartObject();
        writeId("image_id", picture.image(), json);
        json.writeStringProperty("file_name", picture.pngName());
        json.writeArrayPropertyStart("segments_info");
        for (CocoPanoptic.Entry segment : picture.segments()) {
            json.writeStartObject();
            json.writeNumberProperty("id", segment.id());
            json.writeNumberProperty("category_id", segment.categoryId());
            json.writeNumberProperty("area", segment.area());
            writeBox(segment.box(), json);
            json.writeNumberProperty("iscrowd", 0);
            json.writeNumberProperty("score", segment.score());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void writeCategory(SegmentationClass category, JsonGenerator json) {
        json.writeStartObject();
        json.writeNumberProperty("id", category.datasetId());
        json.writeStringProperty("name", category.name());
        json.writeNumberProperty("isthing", category.isThing() ? 1 : 0);
        json.writeName("color");
        Colour colour = category.colour();
        json.writeArray(new int[]{colour.red(), colour.green(), colour.blue()}, 0, 3);
        json.writeEndObject();
    }

    /// Writes instances: an array of `image_id`, `category_id`, `segmentation` (run lengths), `bbox`, `score`.
    ///
    /// @throws ImageException if the file cannot be written
    public static void writeInstances(List<CocoInstance> instances, Path path) {
        write(path, json -> {
            json.writeStartArray();
            for (CocoInstance instance : instances) {
                json.writeStartObject();
                writeId("image_id", instance.image(), json);
                json.writeNumberProperty("category_id", instance.categoryId());
                json.writeObjectPropertyStart("segmentation");
                json.writeName("size");
                json.writeArray(new int[]{instance.image().height(), instance.image().width()}, 0, 2);
                json.writeStringProperty("counts", instance.runs());
                json.writeEndObject();
                writeBox(instance.box(), json);
                json.writeNumberProperty("score", instance.score());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    private static void writeId(String name, CocoImage image, JsonGenerator json) {
        if (image.hasNumber()) {
            json.writeNumberProperty(name, image.number());
        } else {
            json.writeStringProperty(name, image.id());
        }
    }

    private static void writeBox(Box box, JsonGenerator json) {
        json.writeName("bbox");
        json.writeArray(new int[]{box.x(), box.y(), box.width(), box.height()}, 0, 4);
    }

    private static void write(Path path, Content content) {
        AtomicFile.write(path, output -> {
            try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), output)) {
                content.writeTo(json);
            } catch (JacksonIOException failure) {
                throw failure.getCause();
            }
        });
    }
}
