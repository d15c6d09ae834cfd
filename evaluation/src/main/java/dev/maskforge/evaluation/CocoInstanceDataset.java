package dev.maskforge.evaluation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The truth about objects in pictures, in COCO's format: a file such as `instances_val2017.json` with `images`,
/// `annotations` and `categories`.
public final class CocoInstanceDataset {
    private final Path file;
    private final SequencedMap<Integer, String> categories;
    private final List<Picture> pictures;
    private final Map<String, List<Annotation>> annotations;

    /// A picture.
    ///
    /// @param id a number, mostly
    public record Picture(String id, String fileName, int height, int width) {
        /// By number where both are, else by text.
        static final Comparator<Picture> BY_ID = Comparator.comparing(Picture::id, (a, b) -> {
            boolean areNumbers = a.matches("[0-9]{1,18}") && b.matches("[0-9]{1,18}");
            return areNumbers ? Long.compare(Long.parseLong(a), Long.parseLong(b)) : a.compareTo(b);
        });
    }

    private record Annotation(String imageId, int categoryId, CocoSegmentation segmentation, CocoRegion.Rectangle box, double area,
            boolean isCrowd) {}

    private CocoInstanceDataset(Path file, SequencedMap<Integer, String> categories, List<Picture> pictures,
            Map<String, List<Annotation>> annotations) {
        this.file = file;
        this.categories = Collections.unmodifiableSequencedMap(categories);
        this.pictures = List.copyOf(pictures);
        this.annotations = annotations;
    }

    /// The truth in a file.
    ///
    /// @throws EvaluationException if it is no such file
    public static CocoInstanceDataset open(Path file) {
        return JsonFile.read(file, json -> new Reader(json).read(file));
    }

    private static final class Reader {
        private final JsonFile json;
        private final SequencedMap<Integer, String> categories = new LinkedHashMap<>();
        private final List<Picture> pictures = new ArrayList<>();
        private final Map<String, List<Annotation>> annotations = new HashMap<>();
        private final Set<String> ids = new HashSet<>();

        Reader(JsonFile json) {
            this.json = json;
        }

        CocoInstanceDataset read(Path file) {
            json.object("the file", name -> {
                switch (name) {
                    case "images" -> pictures.addAll(json.array(name, this::picture));
                    case "categories" ->
                        json.array(name, this::category).forEach(category -> categories.put(category.id(), category.name()));
                    case "annotations" -> json.array(name, this::annotation)
                            .forEach(annotation -> annotations.computeIfAbsent(annotation.imageId(), _ -> new ArrayList<>())
                                    .add(annotation));
                    default -> json.skip();
                }
            });
            if (pictures.isEmpty() || categories.isEmpty()) {
                throw json.refuse("'images' or 'categories' is missing or empty");
            }
            pictures.sort(Picture.BY_ID);
            return new CocoInstanceDataset(file, categories, pictures, annotations);
        }

        private Picture picture() {
            PictureFields fields = new PictureFields();
            json.object("an image", name -> {
                switch (name) {
                    case "id" -> fields.id = json.id(name);
                    case "file_name" -> fields.fileName = json.text(name);
                    case "height" -> fields.height = json.integer(name);
                    case "width" -> fields.width = json.integer(name);
                    default -> json.skip();
                }
            });
            Picture picture = new Picture(json.required(fields.id, "id"), json.required(fields.fileName, "file_name"),
                    fields.height, fields.width);
            if (picture.height() < 1 || picture.width() < 1 || (long) picture.height() * picture.width() > Integer.MAX_VALUE) {
                throw json.refuse("the image " + picture.id() + " has " + picture.height() + "x" + picture.width() + " pixels");
            }
            if (!ids.add(picture.id())) {
                throw json.refuse("two images have the id " + picture.id());
            }
            return picture;
        }

        private Category category() {
            CategoryFields fields = new CategoryFields();
            json.object("a category", name -> {
                switch (name) {
                    case "id" -> fields.id = json.integer(name);
                    case "name" -> fields.name = json.text(name);
                    default -> json.skip();
                }
            });
            return new Category(json.required(fields.id, "id"), json.required(fields.name, "name"));
        }

        private Annotation annotation() {
            AnnotationFields fields = new AnnotationFields();
            json.object("an annotation", name -> {
                switch (name) {
                    case "id" -> {
                        if (json.number(name) == 0) {
                            throw json.refuse("an annotation has the id 0, which pycocotools takes for one that is not found");
                        }
                    }
                    case "image_id" -> fields.imageId = json.id(name);
                    case "category_id" -> fields.categoryId = json.integer(name);
                    case "segmentation" -> fields.segmentation = CocoSegmentation.read(json);
                    case "bbox" -> fields.box = box(json);
                    case "area" -> fields.area = json.number(name);
                    case "iscrowd" -> fields.isCrowd = json.flag(name);
                    default -> json.skip();
                }
            });
            return new Annotation(json.required(fields.imageId, "image_id"),
                    json.required(fields.categoryId, "category_id"), json.required(fields.segmentation, "segmentation"),
                    json.required(fields.box, "bbox"), json.required(fields.area, "area"), fields.isCrowd);
        }
    }

    private static final class PictureFields {
        private @Nullable String id;
        private @Nullable String fileName;
        private int height;
        private int width;
    }

    private record Category(int id, String name) {}

    private static final class CategoryFields {
        private @Nullable Integer id;
        private @Nullable String name;
    }

    private static final class AnnotationFields {
        private @Nullable String imageId;
        private @Nullable Integer categoryId;
        private @Nullable CocoSegmentation segmentation;
        private CocoRegion.@Nullable Rectangle box;
        private @Nullable Double area;
        private boolean isCrowd;
    }

    /// The value of a member `bbox`.
    static CocoRegion.Rectangle box(JsonFile json) {
        double[] box = CocoSegmentation.numbers(json, "bbox");
        if (box.length != 4) {
            throw json.refuse("'bbox' has " + box.length + " numbers and not x, y, width and height");
        }
        return new CocoRegion.Rectangle(box[0], box[1], box[2], box[3]);
    }

    /// Names of the categories, by id.
    public SequencedMap<Integer, String> categories() {
        return categories;
    }

    /// In the order of their ids.
    public List<Picture> pictures() {
        return pictures;
    }

    /// The true objects in a picture.
    List<CocoObject> objects(Picture picture, CocoInstanceScorer.Kind kind) {
        return annotations.getOrDefault(picture.id(), List.of()).stream().map(annotation -> {
            CocoRegion region = switch (kind) {
                case MASKS -> new CocoRegion.Pixels(mask(annotation.segmentation(), picture, file));
                case BOXES -> annotation.box();
            };
            return new CocoObject(annotation.categoryId(), region, annotation.area(), annotation.isCrowd());
        }).toList();
    }

    /// @param file in which it is, for messages
    static RunLengths mask(CocoSegmentation segmentation, Picture picture, Path file) {
        try {
            return segmentation.mask(picture.height(), picture.width());
        } catch (EvaluationException refusal) {
            throw new EvaluationException(
                    "'" + Folder.oneLine(file) + "', picture " + Folder.oneLine(picture.id()) + ": " + refusal.getMessage()
                            + "; write masks of the picture's own size, as pycocotools does",
                    refusal);
        }
    }
}
