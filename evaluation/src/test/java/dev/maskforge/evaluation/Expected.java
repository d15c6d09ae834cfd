package dev.maskforge.evaluation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.junit.jupiter.api.Assertions.assertEquals;

/// What the official scripts computed (tools/fixtures/make_evaluation.py).
final class Expected {
    /// The committed datasets, or a folder of larger ones that the same script made.
    static final Path FIXTURES = Path.of(System.getProperty("maskforge.evaluation",
            Path.of(Objects.requireNonNull(System.getProperty("maskforge.fixtures")), "evaluation").toString()));

    /// The scripts add and divide the same numbers, some in another order: their float64 differ in the last digits.
    private static final double TOLERANCE = 1e-9;
    private static final JsonMapper MAPPER = JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

    private double largest;
    private int numbers;

    private Expected() {
    }

    static JsonNode read(String name) throws IOException {
        return MAPPER.readTree(Files.readString(FIXTURES.resolve(name)));
    }

    /// Checks that a document says the same in every member, and tells the largest difference.
    static void assertSame(String name, JsonNode expected, Object actual) {
        Expected comparison = new Expected();
        comparison.compare(name, expected, actual);
        System.out.println(name + ": " + comparison.numbers + " numbers, the largest difference " + comparison.largest);
    }

    private void compare(String place, JsonNode expected, Object actual) {
        switch (actual) {
            case Map<?, ?> map -> {
                assertEquals(new TreeSet<>(expected.propertyNames()), new TreeSet<>(map.keySet()), place);
                map.forEach((name, value) -> compare(place + "." + name, expected.get(name.toString()), value));
            }
            case List<?> list -> {
                assertEquals(expected.size(), list.size(), place);
                for (int i = 0; i < list.size(); i++) {
                    compare(place + "[" + i + "]", expected.get(i), list.get(i));
                }
            }
            case Number number -> {
                assertEquals(expected.doubleValue(), number.doubleValue(), TOLERANCE, place);
                double difference = Math.abs(expected.doubleValue() - number.doubleValue());
                largest = Math.max(largest, Double.isNaN(difference) ? 0 : difference);
                numbers++;
            }
            default -> assertEquals(expected.asString(), actual, place);
        }
    }
}
