package dev.maskforge.cli.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/// What was published of engines of both families, on other hardware: the content of `published.json`, the one place where
/// these numbers stand.
///
/// @param source   where it was published
/// @param protocol how was measured
/// @param images   that the total times are of
/// @param speed    tables of latency
/// @param agreement tables of agreement between engine and original
record Published(String source, String protocol, int images, List<SpeedTable> speed, List<AgreementTable> agreement) {
    Published {
        speed = List.copyOf(speed);
        agreement = List.copyOf(agreement);
    }

    /// @param table    its number
    /// @param family   of the model
    /// @param hardware that it was measured on
    record SpeedTable(String table, String family, String hardware, List<Speed> rows) {
        SpeedTable {
            rows = List.copyOf(rows);
        }

        /// The row without an engine of a size.
        Optional<Double> withoutEngine(String size) {
            return rows.stream().filter(row -> row.size().equals(size) && !row.engine()).findFirst().flatMap(Speed::milliseconds);
        }
    }

    /// @param size         of the network's input, such as `512x1024`
    /// @param software     that ran it
    /// @param engine       whether that is an engine made of the model
    /// @param milliseconds an image, if there is a number
    /// @param instead      what stands in place of a number
    record Speed(String size, String software, boolean engine, Optional<Double> milliseconds, Optional<String> instead) {}

    /// @param table  its number
    /// @param family of the model
    record AgreementTable(String table, String family, List<Agreement> rows) {
        AgreementTable {
            rows = List.copyOf(rows);
        }
    }

    /// @param size  of the network's input
    /// @param share of the pixels that agree, 0 to 1
    record Agreement(String size, double share) {}

    /// All of it.
    static Published read() {
        try (InputStream file = Published.class.getResourceAsStream("published.json")) {
            if (file == null) {
                throw new IllegalStateException("the program lacks the published figures");
            }
            return new JsonMapper().readValue(file, Published.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
