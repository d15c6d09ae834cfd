package dev.maskforge.checkpoint.document;

import dev.maskforge.checkpoint.document.Document.Empty;
import dev.maskforge.checkpoint.document.Document.Numeric;
import dev.maskforge.checkpoint.document.Document.Text;
import dev.maskforge.checkpoint.document.Document.Truth;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a plain scalar says by YAML 1.2's core schema (section 10.3.2 of its specification). PyYAML, which wrote most
/// configurations, follows YAML 1.1: it takes `1e-4` for a text, of which Detectron2 then makes the number that it is here,
/// and `on` for true, which is a text here.
final class YamlScalar {
    private static final Pattern DECIMAL = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
    private static final Pattern OCTAL = Pattern.compile("0o[0-7]+");
    private static final Pattern HEXADECIMAL = Pattern.compile("0x[0-9a-fA-F]+");

    private YamlScalar() {
    }

    /// A number, a truth value, nothing, or else a text. What is no finite number of a sensible size stays a text: `.inf`, or
    /// a digest such as `12e4567890`.
    static Document resolve(String text) {
        return switch (text) {
            case "", "~", "null", "Null", "NULL" -> new Empty();
            case "true", "True", "TRUE" -> new Truth(true);
            case "false", "False", "FALSE" -> new Truth(false);
            default -> number(text).<Document>map(Numeric::new).orElseGet(() -> new Text(text));
        };
    }

    private static Optional<BigDecimal> number(String text) {
        if (text.length() > Decimals.LENGTH) {
            return Optional.empty();
        }
        if (DECIMAL.matcher(text).matches()) {
            return Decimals.parse(text);
        }
        if (OCTAL.matcher(text).matches()) {
            return Optional.of(new BigDecimal(new BigInteger(text.substring(2), 8)));
        }
        if (HEXADECIMAL.matcher(text).matches()) {
            return Optional.of(new BigDecimal(new BigInteger(text.substring(2), 16)));
        }
        return Optional.empty();
    }
}
