package dev.maskforge.passes.recognise;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// The values that a pattern found, by capture.
record Captures(Map<Capture, String> values) {
    static final Captures NONE = new Captures(Map.of());

    Captures {
        values = Map.copyOf(values);
    }

    /// With one more; nothing if the capture is another value already.
    Optional<Captures> with(Capture capture, String value) {
        String present = values.get(capture);
        if (present != null) {
            return present.equals(value) ? Optional.of(this) : Optional.empty();
        }
        Map<Capture, String> more = new HashMap<>(values);
        more.put(capture, value);
        return Optional.of(new Captures(more));
    }

    /// The value of a capture that every match has.
    String get(Capture capture) {
        return Objects.requireNonNull(values.get(capture), () -> "nothing was found for " + capture);
    }
}
