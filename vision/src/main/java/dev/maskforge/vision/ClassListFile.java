package dev.maskforge.vision;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Reads lists of classes: UTF-8 text, a class a line in the order of train ids, cells separated by tabs. All lines have
/// the same cells:
///
/// - `name`
/// - `name`, `thing` or `stuff`
/// - `name`, dataset id, red, green, blue, `thing` or `stuff`
///
/// What is not said is as in [ClassList#named(String, List)]. Lines that begin with `#` are comments.
final class ClassListFile {
    private static final int MOST_BYTES = 4 << 20;
    private static final int MOST_CLASSES = 65_536;
    private static final int LONGEST_NAME = 256;
    private static final int LONGEST_QUOTE = 40;
    private static final String CURE = "give a text file of one name a line, in the order of the model's classes";

    private final String file;
    private final List<SegmentationClass> classes = new ArrayList<>();
    private final Map<String, Integer> lineOfName = new HashMap<>();
    private int line;
    private int columns;
    private int firstEmptyLine;

    private ClassListFile(String file) {
        this.file = file;
    }

    /// @throws ClassListException if it is no such list
    static ClassList read(Path path) {
        String file = ImageSource.oneLine(path.toString());
        try {
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                throw refuse(file, "it is a folder, a pipe or a device", CURE);
            }
            try (InputStream content = Files.newInputStream(path)) {
                return new ClassListFile(file).parse(stem(path), content.readNBytes(MOST_BYTES + 1));
            }
        } catch (NoSuchFileException e) {
            throw new ClassListException(message(file, "there is no such file", "check the name"), e);
        } catch (IOException e) {
            throw new ClassListException(message(file, ImageSource.oneLine(e), "check that it can be read"), e);
        }
    }

    /// The same from the bytes of such a file.
    static ClassList read(String name, InputStream content) throws IOException {
        return new ClassListFile(name).parse(name, content.readNBytes(MOST_BYTES + 1));
    }

    private static String stem(Path path) {
        String name = ImageSource.oneLine(String.valueOf(path.getFileName()));
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    private ClassList parse(String name, byte[] content) {
        if (content.length > MOST_BYTES) {
            throw refuse(file, "it is larger than " + (MOST_BYTES >> 20) + " MiB, which no list of classes is", CURE);
        }
        // A byte order mark, as some editors write it, is no part of the first name.
        String text = decode(content).replaceFirst("^\ufeff", "");
        for (String each : text.split("\\r?\\n", -1)) {
            line++;
            if (each.startsWith("#")) {
                continue;
            }
            if (each.isBlank()) {
                firstEmptyLine = firstEmptyLine == 0 ? line : firstEmptyLine;
            } else {
                add(each);
            }
        }
        if (classes.isEmpty()) {
            throw refuse(file, "it has no class", CURE);
        }
        return new ClassList(name, classes);
    }

    private String decode(byte[] content) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
        } catch (CharacterCodingException e) {
            throw new ClassListException(message(file, "it is not text in UTF-8", CURE), e);
        }
    }

    private void add(String text) {
        if (firstEmptyLine > 0) {
            throw refuse("line " + firstEmptyLine + " is empty, so that it is unclear which class comes next",
                    "delete it or name the class");
        }
        if (classes.size() == MOST_CLASSES) {
            throw refuse("it has more than " + MOST_CLASSES + " classes", "labels are numbers up to 65535");
        }
        String[] cells = text.split("\t", -1);
        requireColumns(cells.length);
        String name = name(cells[0]);
        int trainId = classes.size();
        classes.add(switch (cells.length) {
            case 1 -> new SegmentationClass(trainId, trainId, name, ClassList.generatedColour(trainId), false);
            case 2 -> new SegmentationClass(trainId, trainId, name, ClassList.generatedColour(trainId), isThing(cells[1]));
            default -> new SegmentationClass(trainId, number(cells[1], "dataset id", 0xffff), name,
                    new Colour(number(cells[2], "red", 0xff), number(cells[3], "green", 0xff), number(cells[4], "blue", 0xff)),
                    isThing(cells[5]));
        });
    }

    private void requireColumns(int count) {
        if (count != 1 && count != 2 && count != 6) {
            throw refuse("line " + line + " has " + count + " cells between tabs",
                    "write 1 (name), 2 (name, thing or stuff) or 6 (name, id, red, green, blue, thing or stuff)");
        }
        if (columns != 0 && columns != count) {
            throw refuse("line " + line + " has " + count + " cells between tabs, the lines before it " + columns,
                    "write the same number in all lines");
        }
        columns = count;
    }

    private String name(String cell) {
        String name = cell.strip();
        if (name.isEmpty()) {
            throw refuse("line " + line + " has no name", "begin it with the name of the class");
        }
        if (name.length() > LONGEST_NAME) {
            throw refuse("the name in line " + line + " has " + name.length() + " characters", "shorten it to " + LONGEST_NAME);
        }
        if (name.codePoints().anyMatch(Character::isISOControl)) {
            throw refuse("the name in line " + line + " has control characters", CURE);
        }
        if (line == 1 && (name.startsWith("{") || name.startsWith("["))) {
            throw refuse("line 1 begins like JSON", CURE);
        }
        Integer first = lineOfName.putIfAbsent(name, line);
        if (first != null) {
            throw refuse("line " + line + " names '" + quoted(name) + "' as line " + first + " does", "give each class a name of its own");
        }
        return name;
    }

    private int number(String cell, String what, int greatest) {
        String digits = cell.strip();
        // Five digits hold the greatest number allowed and cannot overflow.
        int value = digits.matches("[0-9]{1,5}") ? Integer.parseInt(digits) : -1;
        if (value < 0 || value > greatest) {
            throw refuse("the " + what + " in line " + line + " is '" + quoted(digits) + "'", "write a number from 0 to " + greatest);
        }
        return value;
    }

    private boolean isThing(String cell) {
        String kind = cell.strip();
        return switch (kind) {
            case "thing" -> true;
            case "stuff" -> false;
            default -> throw refuse("the last cell of line " + line + " is '" + quoted(kind) + "'", "write 'thing' or 'stuff'");
        };
    }

    private static String quoted(String text) {
        String shown = ImageSource.oneLine(text);
        return shown.length() <= LONGEST_QUOTE ? shown : shown.substring(0, LONGEST_QUOTE) + "…";
    }

    private ClassListException refuse(String what, String cure) {
        return refuse(file, what, cure);
    }

    private static ClassListException refuse(String file, String what, String cure) {
        return new ClassListException(message(file, what, cure));
    }

    private static String message(String file, String what, String cure) {
        return "cannot read the classes in '" + file + "': " + what + "; " + cure;
    }
}
