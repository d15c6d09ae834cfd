package dev.maskforge.evaluation;

import dev.maskforge.vision.ImageException;
import dev.maskforge.vision.ImageFile;
import dev.maskforge.vision.RgbImage;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Truth or results of panoptic segmentation in COCO's format: a file `NAME.json` that lists the segments of each picture,
/// and a folder `NAME` of pictures in which a pixel's segment is red + 256 green + 65536 blue, 0 where it is void.
public final class CocoPanopticFile {
    private final Path file;
    private final Path folder;
    private final List<PanopticScorer.Category> categories;
    private final SequencedMap<String, Annotation> annotations;
    private final Map<String, String> images;

    /// The segments of a picture.
    ///
    /// @param imageId  what the picture is called, a number mostly
    /// @param fileName of the picture of segments
    public record Annotation(String imageId, String fileName, List<PanopticMap.Segment> segments) {
        public Annotation {
            segments = List.copyOf(segments);
        }
    }

    private CocoPanopticFile(Path file, Path folder, List<PanopticScorer.Category> categories,
            SequencedMap<String, Annotation> annotations, Map<String, String> images) {
        this.file = file;
        this.folder = folder;
        this.categories = categories;
        this.annotations = annotations;
        this.images = images;
    }

    /// A file, and the folder of its name without `.json`.
    ///
    /// @throws EvaluationException if the file is not of this format
    public static CocoPanopticFile open(Path file) {
        String name = Folder.name(file);
        return open(file, file.resolveSibling(name.endsWith(".json") ? name.substring(0, name.length() - 5) : name + ".pictures"));
    }

    /// @param folder where the pictures of segments lie
    /// @throws EvaluationException if the file is not of this format
    static CocoPanopticFile open(Path file, Path folder) {
        return JsonFile.read(file, json -> new Reader(json).read(file, folder));
    }

    private static final class Reader {
        private final JsonFile json;
        private final List<PanopticScorer.Category> categories = new ArrayList<>();
        private final SequencedMap<String, Annotation> annotations = new LinkedHashMap<>();
        private final Map<String, String> images = new HashMap<>();

        Reader(JsonFile json) {
            this.json = json;
        }

        CocoPanopticFile read(Path file, Path folder) {
            json.object("the file", name -> {
                switch (name) {
                    case "categories" -> categories.addAll(json.array(name, this::category));
                    case "images" -> json.array(name, this::image).forEach(image -> images.put(image.id(), image.fileName()));
                    case "annotations" -> json.array(name, this::annotation).forEach(this::add);
                    default -> json.skip();
                }
            });
            return new CocoPanopticFile(file, folder, categories, annotations, images);
        }

        private void add(Annotation annotation) {
            if (annotations.put(annotation.imageId(), annotation) != null) {
                throw json.refuse("the picture " + annotation.imageId() + " has two annotations");
            }
        }

        private Image image() {
            ImageFields fields = new ImageFields();
            json.object("an image", name -> {
                switch (name) {
                    case "id" -> fields.id = json.id(name);
                    case "file_name" -> fields.fileName = json.text(name);
                    default -> json.skip();
                }
            });
            return new Image(json.required(fields.id, "id"), json.required(fields.fileName, "file_name"));
        }

        private PanopticScorer.Category category() {
            CategoryFields fields = new CategoryFields();
            json.object("a category", name -> {
                switch (name) {
                    case "id" -> fields.id = json.integer(name);
                    case "name" -> fields.name = json.text(name);
                    case "isthing" -> fields.isThing = json.flag(name);
                    default -> json.skip();
                }
            });
            return new PanopticScorer.Category(json.required(fields.id, "id"), json.required(fields.name, "name"),
                    json.required(fields.isThing, "isthing"));
        }

        private Annotation annotation() {
            AnnotationFields fields = new AnnotationFields();
            json.object("an annotation", name -> {
                switch (name) {
                    case "image_id" -> fields.imageId = json.id(name);
                    case "file_name" -> fields.fileName = json.text(name);
                    case "segments_info" -> fields.segments = json.array(name, this::segment);
                    default -> json.skip();
                }
            });
            return new Annotation(json.required(fields.imageId, "image_id"),
                    json.required(fields.fileName, "file_name"),
                    json.required(fields.segments, "segments_info"));
        }

        private PanopticMap.Segment segment() {
            SegmentFields fields = new SegmentFields();
            json.object("a segment", name -> {
                switch (name) {
                    case "id" -> fields.id = json.integer(name);
                    case "category_id" -> fields.categoryId = json.integer(name);
                    case "area" -> fields.area = (long) json.number(name);
                    case "iscrowd" -> fields.isCrowd = json.flag(name);
                    default -> json.skip();
                }
            });
            return new PanopticMap.Segment(json.required(fields.id, "id"),
                    json.required(fields.categoryId, "category_id"),
                    fields.area, fields.isCrowd);
        }
    }

    private record Image(String id, String fileName) {}

    private static final class ImageFields {
        private @Nullable String id;
        private @Nullable String fileName;
    }

    private static final class CategoryFields {
        private @Nullable Integer id;
        private @Nullable String name;
        private @Nullable Boolean isThing;
    }

    private static final class AnnotationFields {
        private @Nullable String imageId;
        private @Nullable String fileName;
        private @Nullable List<PanopticMap.Segment> segments;
    }

    private static final class SegmentFields {
        private @Nullable Integer id;
        private @Nullable Integer categoryId;
        private long area;
        private boolean isCrowd;
    }

    /// Empty in a file of results that says none.
    public List<PanopticScorer.Category> categories() {
        return categories;
    }

    /// In the order of the file.
    public List<Annotation> annotations() {
        return List.copyOf(annotations.values());
    }

    /// The file name of the picture itself, where the file says it.
    public Optional<String> imageFile(String imageId) {
        return Optional.ofNullable(images.get(imageId));
    }

    /// The annotation of a picture.
    public Optional<Annotation> annotation(String imageId) {
        return Optional.ofNullable(annotations.get(imageId));
    }

    /// The segments of a picture.
    ///
    /// @throws EvaluationException if it has none in the file, or they do not fit each other
    /// @throws ImageException      if the picture of segments cannot be read
    public PanopticMap read(String imageId) {
        Annotation annotation = annotation(imageId).orElseThrow(() -> new EvaluationException("'" + Folder.oneLine(file)
                + "' has no annotation of picture " + Folder.oneLine(imageId) + "; predict all pictures, or give --limit"));
        Path place = picture(annotation.fileName());
        RgbImage image = ImageFile.read(place);
        byte[] samples = image.samples();
        int[] ids = new int[image.height() * image.width()];
        for (int pixel = 0; pixel < ids.length; pixel++) {
            ids[pixel] = samples[3 * pixel] & 0xff | (samples[3 * pixel + 1] & 0xff) << 8 | (samples[3 * pixel + 2] & 0xff) << 16;
        }
        try {
            return new PanopticMap(image.height(), image.width(), ids, annotation.segments());
        } catch (EvaluationException refusal) {
            throw new EvaluationException("'" + Folder.oneLine(place) + "': " + refusal.getMessage(), refusal);
        }
    }

    private Path picture(String fileName) {
        try {
            Path place = folder.resolve(fileName).normalize();
            if (place.startsWith(folder.normalize()) && !place.equals(folder.normalize())) {
                return place;
            }
        } catch (InvalidPathException damage) {
            throw new EvaluationException(outside(fileName), damage);
        }
        throw new EvaluationException(outside(fileName));
    }

    private String outside(String fileName) {
        return "'" + Folder.oneLine(file) + "' names the picture '" + Folder.oneLine(fileName) + "', which is not in '"
                + Folder.oneLine(folder) + "'; name files of that folder";
    }
}
