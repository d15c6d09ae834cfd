package dev.maskforge.scenes;

import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.SegmentationClass;
import java.util.Arrays;

/// A picture of a street and what is to be seen in each of its pixels.
public final class Scene {
    /// The train id of what is not among the 19 classes.
    public static final int VOID = 255;

    private static final int OBJECTS = 1000;
    private static final byte[] TRAIN_IDS = trainIds();

    private final RgbImage image;
    private final short[] instanceIds;

    /// @param image       `[height, width]`
    /// @param instanceIds a value a pixel, row by row, as Cityscapes' `gtFine_instanceIds`: the dataset's class id, or
    ///                    1000 times it plus the object's number, from 0, where single objects of the class are counted
    Scene(RgbImage image, short[] instanceIds) {
        if (instanceIds.length != image.height() * image.width()) {
            throw new IllegalArgumentException("a scene of " + image.height() + "x" + image.width() + " pixels takes as many ids, not "
                    + instanceIds.length);
        }
        this.image = image;
        this.instanceIds = instanceIds;
    }

    /// The picture, `[height, width]`.
    public RgbImage image() {
        return image;
    }

    /// Ids as in Cityscapes' `gtFine_instanceIds`: the dataset's class id, or 1000 times it plus the object's number where
    /// single objects of the class are counted. Shared, not copied.
    public LabelMap instanceIds() {
        return LabelMap.ofShorts(instanceIds, image.height(), image.width());
    }

    /// Cityscapes' class ids, 0 to 33, as in `gtFine_labelIds`.
    public LabelMap labelIds() {
        byte[] ids = new byte[instanceIds.length];
        for (int pixel = 0; pixel < ids.length; pixel++) {
            int id = instanceIds[pixel] & 0xffff;
            ids[pixel] = (byte) (id < OBJECTS ? id : id / OBJECTS);
        }
        return LabelMap.ofBytes(ids, image.height(), image.width());
    }

    /// The classes' train ids, 0 to 18, or [#VOID], as in `gtFine_labelTrainIds`.
    public LabelMap labelTrainIds() {
        LabelMap ids = labelIds();
        byte[] labels = new byte[ids.pixels()];
        for (int pixel = 0; pixel < labels.length; pixel++) {
            labels[pixel] = TRAIN_IDS[ids.at(pixel)];
        }
        return LabelMap.ofBytes(labels, ids.height(), ids.width());
    }

    private static byte[] trainIds() {
        byte[] trainIds = new byte[256];
        Arrays.fill(trainIds, (byte) VOID);
        for (SegmentationClass known : ClassList.ofDataset("cityscapes").orElseThrow().classes()) {
            trainIds[known.datasetId()] = (byte) known.trainId();
        }
        return trainIds;
    }
}
