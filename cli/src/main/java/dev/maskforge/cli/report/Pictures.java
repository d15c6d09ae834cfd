package dev.maskforge.cli.report;

import dev.maskforge.cli.page.Content;
import dev.maskforge.cli.page.Element;
import dev.maskforge.cli.page.Figure;
import dev.maskforge.cli.page.Picture;
import dev.maskforge.vision.ImageFile;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/// The pictures of a gallery, put into the page.
final class Pictures {
    private static final int MOST_SCENES = 8;
    private static final int WIDEST = 1024;
    /// A picture with more is a photograph.
    private static final int MOST_COLOURS_OF_DRAWINGS = 256;

    private Pictures() {
    }

    /// @throws dev.maskforge.vision.ImageException if one cannot be read
    static List<Block> of(Gallery gallery) {
        if (gallery.groups().isEmpty()) {
            return List.of(new Block.Paragraph("No pictures were given; see --pictures."));
        }
        List<Block> blocks = new ArrayList<>();
        gallery.groups().forEach((heading, group) -> {
            blocks.add(new Block.Heading(heading));
            group.scenes().entrySet().stream().limit(MOST_SCENES)
                    .forEach(scene -> blocks.add(new Block.Graphic(scene(heading, scene.getKey(), scene.getValue()), "")));
            if (group.scenes().size() > MOST_SCENES) {
                blocks.add(new Block.Paragraph("And " + Figures.counted(group.scenes().size() - MOST_SCENES, "other picture") + "."));
            }
        });
        return blocks;
    }

    private static Element scene(String group, String name, SequencedMap<String, Path> kinds) {
        List<Element> figures = new ArrayList<>();
        kinds.forEach((kind, file) -> figures.add(
                Figure.of(picture(ImageFile.read(file).toBufferedImage(), kind + " of " + name + " at " + group), Element.of("b", kind))));
        return Element.of("div", Element.of("p", name).with("class", "soft"),
                Element.of("div").with("class", "pictures side-by-side").containing(figures)).with("class", "scene");
    }

    private static Content picture(BufferedImage image, String alternative) {
        BufferedImage shown = thinned(image, (image.getWidth() + WIDEST - 1) / WIDEST);
        return isDrawing(shown) ? Picture.drawing(shown, alternative) : Picture.photograph(shown, alternative);
    }

    /// Every so many pixels of every so many rows: colours of classes stay what they are.
    private static BufferedImage thinned(BufferedImage image, int step) {
        if (step <= 1) {
            return image;
        }
        BufferedImage thinned = new BufferedImage(Math.max(1, image.getWidth() / step), Math.max(1, image.getHeight() / step),
                BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < thinned.getHeight(); y++) {
            for (int x = 0; x < thinned.getWidth(); x++) {
                thinned.setRGB(x, y, image.getRGB(Math.min(x * step, image.getWidth() - 1), Math.min(y * step, image.getHeight() - 1)));
            }
        }
        return thinned;
    }

    private static boolean isDrawing(BufferedImage image) {
        Set<Integer> colours = new HashSet<>();
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                colours.add(image.getRGB(x, y));
            }
            if (colours.size() > MOST_COLOURS_OF_DRAWINGS) {
                return false;
            }
        }
        return true;
    }
}
