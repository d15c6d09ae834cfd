package dev.maskforge.checkpoint.document;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// A piece of plain data, as JSON and YAML have it.
public sealed interface Document {
    /// Documents by name, in the file's order.
    record Mapping(SequencedMap<String, Document> entries) implements Document {
        public Mapping {
            entries = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(entries));
        }

        /// What lies at a path of names, such as `MODEL`, `MASK_FORMER`, `NHEADS`.
        public Optional<Document> find(String... path) {
            Optional<Document> found = Optional.of(this);
            for (String name : path) {
                found = found.flatMap(each -> each instanceof Mapping mapping
                        ? Optional.ofNullable(mapping.entries().get(name))
                        : Optional.empty());
            }
            return found;
        }
    }

    /// Documents in a row.
    record Sequence(List<Document> elements) implements Document {
        public Sequence {
            elements = List.copyOf(elements);
        }
    }

    /// A text.
    record Text(String text) implements Document {}

    /// A number, as exact as the file has it.
    record Numeric(BigDecimal value) implements Document {}

    /// `true` or `false`.
    record Truth(boolean value) implements Document {}

    /// Nothing: `null`.
    record Empty() implements Document {}
}
