package dev.maskforge.checkpoint.pickle;

import org.jspecify.annotations.Nullable;

/// A text, or in a file that Python 2 wrote bytes. It stays in the file until someone wants to read it, because the elements
/// of an array come as text in old protocols.
public final class PickleText implements PickleValue {
    private static final int SHORTENED = 80;

    private final Stored stored;
    private @Nullable String string;

    PickleText(Stored stored) {
        this.stored = stored;
    }

    Stored stored() {
        return stored;
    }

    /// The text itself.
    ///
    /// @throws PickleException if it is longer than 1 MiB, or not encoded as it should be
    public String string() {
        if (string == null) {
            if (stored.length() > Limits.TEXT) {
                throw PickleException.tooLarge(stored.offset(), "a text of " + stored.length() + " bytes is", Limits.TEXT);
            }
            string = stored.decodeText();
        }
        return string;
    }

    /// The text itself, or its beginning where it is too long for a message.
    String shortened() {
        String whole = string();
        return whole.length() <= SHORTENED ? whole : whole.substring(0, SHORTENED) + "…";
    }

    /// Whether it takes fewer bytes in the file than a limit.
    public boolean isShorterThan(int limit) {
        return stored.length() < limit;
    }

    /// Whether Python 2 would have taken it for bytes as well.
    boolean isBytes() {
        return stored.encoding() == Encoding.RAW || stored.encoding() == Encoding.LITERAL_ESCAPES;
    }

    @Override
    public String kind() {
        return "a text";
    }
}
