package dev.maskforge.scenes;

import dev.maskforge.vision.LabelMap;
import dev.maskforge.vision.RgbImage;

/// A picture of a street and what is to be seen in each of its pixels.
public final class Scene {
    private static final int OBJECTS = 1000;

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

    /// The id at a row and a column as in Cityscapes' `gtFine_instanceIds`: the dataset's class id, or 1000 times it plus
    /// the object's number where single objects of the class are counted.
    public int instanceId(int y, int x) {
        return instanceIds[y * image.width() + x] & 0xffff;
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
}
