package dev.maskforge.graph.text;

/// Names and free texts as they stand in a text.
final class Names {
    /// Stands for an input that is left out.
    static final String NONE = "_";

    private Names() {
    }

    static String print(String name) {
        if (name.isEmpty()) {
            return NONE;
        }
        boolean isPlain = !name.equals(NONE) && !name.equals("as") && !name.equals("metadata")
                && name.chars().allMatch(letter -> Cursor.isNameCharacter((char) letter));
        return isPlain ? name : quote(name);
    }

    static String quote(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }
}
