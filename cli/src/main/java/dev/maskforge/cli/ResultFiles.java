package dev.maskforge.cli;

import dev.maskforge.Dataset;
import dev.maskforge.MaskforgeException;
import dev.maskforge.SegmentationModel;
import dev.maskforge.models.Task;
import dev.maskforge.vision.CityscapesInstances;
import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.CocoFile;
import dev.maskforge.vision.CocoImage;
import dev.maskforge.vision.CocoInstance;
import dev.maskforge.vision.CocoPanoptic;
import dev.maskforge.vision.ImageException;
import dev.maskforge.vision.InstanceSegmentation;
import dev.maskforge.vision.LabelIds;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.Overlay;
import dev.maskforge.vision.PanopticSegmentation;
import dev.maskforge.vision.PngFile;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.SegmentOverlay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// The files that `segment` writes: some beside each other for every picture, and COCO's, which are one for all pictures.
///
/// ```
/// NAME.labels.png  NAME.color.png  NAME.overlay.png
/// panoptic.json    panoptic/NAME.png
/// instances.json   instances/NAME_pred.txt, instances/NAME_000_car.png    (the folder for Cityscapes only)
/// ```
final class ResultFiles {
    /// Less sure instances are not shown to people, who could not see for them.
    static final double LEAST_SCORE_SHOWN = 0.5;

    private final Path folder;
    private final SegmentationModel model;
    private final Set<Product> products;
    private final LabelIds ids;
    private final List<CocoPanoptic> panoptic = new ArrayList<>();
    private final List<CocoInstance> instances = new ArrayList<>();
    private boolean isAnyDone;

    /// @throws MaskforgeException if the model gives nothing that a product is made of
    ResultFiles(Path folder, SegmentationModel model, Set<Product> products, LabelIds ids) {
        this.folder = folder;
        this.model = model;
        this.products = EnumSet.copyOf(products);
        this.ids = ids;
        for (Product product : this.products) {
            if (!model.results().contains(product.answer(model.task()))) {
                throw new MaskforgeException(model.path() + " is trained for " + model.task() + " output, of which no '" + product
                        + "' is made; save " + possible() + " instead, or " + model.cureForTask());
            }
        }
    }

    private String possible() {
        return EnumSet.allOf(Product.class).stream().filter(product -> model.results().contains(product.answer(model.task())))
                .map(Product::toString).collect(Collectors.joining(", "));
    }

    /// What the model must be asked.
    Set<Task> answers() {
        return products.stream().map(product -> product.answer(model.task()))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Task.class)));
    }

    /// Results may replace results, never what they are made from; and no two pictures are one in COCO's files.
    ///
    /// @throws MaskforgeException if a picture would be replaced, or two have one id
    void requireDistinct(List<PictureFiles.Entry> entries) {
        Map<Path, String> results = new HashMap<>();
        products.forEach(product -> common(product).ifPresent(file -> results.put(real(file), file.toString())));
        for (PictureFiles.Entry entry : entries) {
            products.stream().flatMap(product -> file(entry, product).stream())
                    .forEach(file -> results.put(real(file), "the result of '" + entry.file() + "'"));
        }
        Path masks = target(place(Product.INSTANCES));
        for (PictureFiles.Entry entry : entries) {
            Path picture = real(entry.file());
            Path target = target(entry.file());
            String replacing = results.getOrDefault(picture, results.get(target));
            if (replacing == null && products.contains(Product.INSTANCES) && target.startsWith(masks)) {
                replacing = "a mask";
            }
            if (replacing != null) {
                throw new MaskforgeException(replacing + " would replace the picture '" + entry.file()
                        + "'; write into another folder, or leave that picture out");
            }
        }
        if (products.stream().anyMatch(product -> common(product).isPresent())) {
            requireDistinctIds(entries);
        }
    }

    private static void requireDistinctIds(List<PictureFiles.Entry> entries) {
        Map<String, Path> seen = new HashMap<>();
        for (PictureFiles.Entry entry : entries) {
            Path other = seen.put(new CocoImage(imageName(entry), 1, 1).id(), entry.file());
            if (other != null) {
                throw new MaskforgeException("the pictures '" + other + "' and '" + entry.file()
                        + "' have one id in COCO's files; rename one, or give them in two runs");
            }
        }
    }

    /// What a link leads to.
    private static Path target(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException _) {
            // It is not there, which reading it will tell.
            return real(file);
        }
    }

    /// The path by which a file in a folder that is there is told from others.
    private static Path real(Path file) {
        Path absolute = file.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            return absolute;
        }
        try {
            return parent.toRealPath().resolve(absolute.getFileName());
        } catch (IOException e) {
            throw new MaskforgeException("the folder '" + parent + "' cannot be read; check its rights", e);
        }
    }

    /// The file that is a picture's own, if there is one.
    private Optional<Path> file(PictureFiles.Entry entry, Product product) {
        return switch (product) {
            case LABELS, COLOR, OVERLAY -> Optional.of(place(product).resolve(entry.name() + "." + product + ".png"));
            case PANOPTIC -> Optional.of(place(product).resolve(entry.name() + ".png"));
            case INSTANCES -> isCityscapes() ? Optional.of(place(product).resolve(entry.name() + "_pred.txt")) : Optional.empty();
        };
    }

    /// The folder of the pictures' own files.
    private Path place(Product product) {
        return switch (product) {
            case LABELS, COLOR, OVERLAY -> folder;
            case PANOPTIC, INSTANCES -> folder.resolve(product.toString());
        };
    }

    /// The file that all pictures have in common, if there is one.
    private Optional<Path> common(Product product) {
        return switch (product) {
            case LABELS, COLOR, OVERLAY -> Optional.empty();
            case PANOPTIC, INSTANCES -> Optional.of(folder.resolve(product + ".json"));
        };
    }

    private boolean isCityscapes() {
        return model.dataset().equals(Dataset.CITYSCAPES);
    }

    /// Checks what can be checked of a picture's name before the work.
    ///
    /// @throws dev.maskforge.vision.ImageException if a result cannot be called so
    void requireName(PictureFiles.Entry entry) {
        if (products.contains(Product.INSTANCES)) {
            file(entry, Product.INSTANCES).ifPresent(_ -> CityscapesInstances.requireName(entry.name(), place(Product.INSTANCES)));
        }
    }

    /// Writes what is a picture's own, and when all of it is written keeps what goes into the files for all.
    ///
    /// @return the picture's own files
    SequencedMap<Product, Path> write(PictureFiles.Entry entry, RgbImage picture, Answer answer) {
        Folders.make(folder);
        SequencedMap<Product, Path> files = new LinkedHashMap<>();
        for (Product product : products) {
            file(entry, product).ifPresent(file -> {
                Folders.make(place(product));
                write(product, entry, picture, answer, file);
                files.put(product, file);
            });
        }
        CocoImage image = new CocoImage(imageName(entry), picture.height(), picture.width());
        if (products.contains(Product.PANOPTIC)) {
            panoptic.add(CocoPanoptic.of(image, segments(answer), model.classes()));
        }
        if (products.contains(Product.INSTANCES)) {
            instances.addAll(CocoInstance.of(image, objects(answer), model.classes()));
        }
        isAnyDone = true;
        return files;
    }

    private void write(Product product, PictureFiles.Entry entry, RgbImage picture, Answer answer, Path file) {
        switch (product) {
            case LABELS -> PngFile.writeLabels(labels(answer), model.classes(), ids, file);
            case COLOR -> PngFile.writeColours(labels(answer), model.classes(), file);
            case OVERLAY -> PngFile.write(overlay(picture, answer), file);
            case PANOPTIC -> PngFile.writeSegments(segments(answer), file);
            case INSTANCES -> CityscapesInstances.write(objects(answer), model.classes(), entry.name(), place(product));
        }
    }

    /// The picture's file name, unless an earlier picture has it.
    private static String imageName(PictureFiles.Entry entry) {
        String file = String.valueOf(entry.file().getFileName());
        int dot = file.lastIndexOf('.');
        return entry.name() + (dot > 0 ? file.substring(dot) : "");
    }

    private RgbImage overlay(RgbImage picture, Answer answer) {
        ClassList classes = model.classes();
        return switch (model.task()) {
            case SEMANTIC -> Overlay.draw(picture, labels(answer), classes);
            case PANOPTIC -> SegmentOverlay.draw(picture, segments(answer), classes);
            case INSTANCE -> SegmentOverlay.draw(picture, objects(answer), LEAST_SCORE_SHOWN, classes);
        };
    }

    private static LabelMap labels(Answer answer) {
        return answer.labels().orElseThrow();
    }

    private static PanopticSegmentation segments(Answer answer) {
        return answer.panoptic().orElseThrow();
    }

    private static InstanceSegmentation objects(Answer answer) {
        return answer.instances().orElseThrow();
    }

    /// Writes the files for all pictures that are done, if any is.
    ///
    /// @param failed is told of each that cannot be written
    /// @return those that are
    SequencedMap<Product, Path> finish(Consumer<ImageException> failed) {
        SequencedMap<Product, Path> files = new LinkedHashMap<>();
        if (!isAnyDone) {
            return files;
        }
        for (Product product : products) {
            common(product).ifPresent(file -> {
                try {
                    if (product == Product.PANOPTIC) {
                        CocoFile.writePanoptic(panoptic, model.classes(), file);
                    } else {
                        CocoFile.writeInstances(instances, file);
                    }
                    files.put(product, file);
                } catch (ImageException e) {
                    failed.accept(e);
                }
            });
        }
        return files;
    }
}
