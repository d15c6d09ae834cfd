package dev.maskforge;

import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.ImageLimits;
import dev.maskforge.vision.LabelFile;
import dev.maskforge.vision.LabelIds;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.SegmentationClass;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/// A folder of label maps that somebody else made: grey or palette PNG files, called after the pictures.
///
/// @param list   the classes whose ids stand in the files
/// @param ids     which of their ids
/// @param limits  of the files
record LabelFolderSide(Path folder, ClassList list, LabelIds ids, ImageLimits limits) implements Side {
    private static final String CITYSCAPES_PICTURE = "_leftImg8bit";

    @Override
    public <T> T answer(RgbImage picture, String name, Function<Answer, T> use) {
        Path file = find(name);
        LabelMap given = LabelFile.read(file, limits);
        if (given.height() != picture.height() || given.width() != picture.width()) {
            throw new MaskforgeException("the label map '" + file + "' has " + given.height() + "x" + given.width()
                    + " pixels where " + picture.height() + "x" + picture.width()
                    + " are compared; make it of the same picture, at that size");
        }
        return use.apply(Answer.ofLabels(trainIds(given, file)));
    }

    private Path find(String name) {
        List<String> names = names(name);
        return names.stream().map(folder::resolve).filter(Files::exists).findFirst()
                .orElseThrow(() -> new MaskforgeException("the folder '" + folder + "' has no label map of '" + name + "', no "
                        + names.stream().collect(Collectors.joining(", no ")) + "; call it so, or leave the picture out"));
    }

    /// As `segment` calls them, as the picture is called, as Cityscapes calls its truth.
    private List<String> names(String name) {
        String kind = switch (ids) {
            case DATASET -> "_gtFine_labelIds.png";
            case TRAIN -> "_gtFine_labelTrainIds.png";
        };
        return name.endsWith(CITYSCAPES_PICTURE)
                ? List.of(name + ".labels.png", name + ".png", name.substring(0, name.length() - CITYSCAPES_PICTURE.length()) + kind)
                : List.of(name + ".labels.png", name + ".png");
    }

    private LabelMap trainIds(LabelMap given, Path file) {
        int[] table = new int[1 << Character.SIZE];
        Arrays.fill(table, Answer.NO_CLASS);
        for (SegmentationClass each : list.classes()) {
            table[switch (ids) {
                case DATASET -> each.datasetId();
                case TRAIN -> each.trainId();
            }] = each.trainId();
        }
        short[] labels = new short[given.pixels()];
        int without = 0;
        for (int pixel = 0; pixel < labels.length; pixel++) {
            int label = table[given.at(pixel)];
            without += label == Answer.NO_CLASS ? 1 : 0;
            labels[pixel] = (short) label;
        }
        if (2L * without > labels.length) {
            throw new MaskforgeException("the label map '" + file + "' gives most of its pixels no class of " + list.dataset()
                    + " by " + (ids == LabelIds.DATASET
                            ? "the dataset's ids; if it holds train ids, say '--label-ids train'"
                            : "train ids; if it holds the dataset's own ids, say '--label-ids dataset'"));
        }
        return LabelMap.ofShorts(labels, given.height(), given.width());
    }

    @Override
    public void close() {
        // Files are closed as soon as they are read.
    }
}
