package dev.maskforge.vision;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A picture as COCO's files name it.
///
/// @param fileName such as `000000397133.jpg`, without a folder
public record CocoImage(String fileName, int height, int width) {
    private static final Pattern NUMBERED = Pattern.compile("(?:COCO_[a-z]+[0-9]{4}_)?([0-9]{1,18})");
    private static final String CITYSCAPES = "_leftImg8bit";

    public CocoImage {
        // What is no Unicode text has no place in JSON.
        fileName = new String(fileName.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        if (fileName.isEmpty() || fileName.contains("/") || height < 1 || width < 1) {
            throw new IllegalArgumentException("COCO knows no picture '" + fileName + "' of " + height + "x" + width + " pixels");
        }
    }

    /// The file's name without its extension.
    public String name() {
        int dot = fileName.lastIndexOf('.');
        return dot > 0 ? fileName.substring(0, dot) : fileName;
    }

    /// What the picture is called in COCO's files. COCO's own pictures are named after their number, `000000397133.jpg` or
    /// `COCO_val2014_000000397133.jpg`, which then is the id: 397133. Of Cityscapes' the part counts that its label files
    /// have in common with it: `frankfurt_000000_000294`.
    public String id() {
        Matcher numbered = NUMBERED.matcher(name());
        if (numbered.matches()) {
            return Long.toString(Long.parseLong(numbered.group(1)));
        }
        return name().endsWith(CITYSCAPES) ? name().substring(0, name().length() - CITYSCAPES.length()) : name();
    }

    /// Whether the id is a number.
    boolean hasNumber() {
        return NUMBERED.matcher(name()).matches();
    }

    /// The id as a number.
    long number() {
        return Long.parseLong(id());
    }
}
