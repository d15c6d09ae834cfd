package dev.maskforge.cli.report;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import tools.jackson.databind.JsonNode;

/// What 'maskforge compare' wrote.
///
/// @param file       that it stands in
/// @param a          the reference
/// @param b          what was held against it
/// @param total      over all pictures
/// @param classes    by the reference's class
/// @param confusions the disagreeing pixels, the most first
/// @param errors     of the outputs
/// @param pictures   one by one
/// @param conclusive whether the reference can tell good from bad
/// @param verdict    if a share that must agree was asked for
/// @param least      that share
/// @param layers     if it looked for the first layer that differs
record ComparisonFile(String file, String a, String b, Counts total, List<Named> classes, List<Confusion> confusions,
        List<OutputError> errors,
        List<Picture> pictures, boolean conclusive, Optional<String> verdict, Optional<Double> least, Optional<Layers> layers) {
    ComparisonFile {
        classes = List.copyOf(classes);
        confusions = List.copyOf(confusions);
        errors = List.copyOf(errors);
        pictures = List.copyOf(pictures);
    }

    /// @param clear and `clearEqual` are not there if the reference gives labels alone
    record Counts(long pixels, long equal, Optional<Long> clear, Optional<Long> clearEqual) {
        static Counts of(JsonFields fields) {
            return new Counts(fields.count("pixels"), fields.count("equal"), fields.optionalCount("clear"),
                    fields.optionalCount("clearEqual"));
        }

        String ofAll() {
            return Figures.exactShare(equal, pixels);
        }

        String ofClear() {
            return clear.isPresent() && clearEqual.isPresent() ? Figures.exactShare(clearEqual.get(), clear.get()) : DataTable.NOTHING;
        }

        String clearText() {
            return clear.map(Object::toString).orElse(DataTable.NOTHING);
        }
    }

    record Named(String name, Counts counts) {}

    record Confusion(String a, String b, long pixels, Optional<Long> clear) {}

    /// @param relative and `largest` are not there if they are not finite
    record OutputError(String output, Optional<Double> relative, Optional<Double> largest) {
        static OutputError of(JsonFields fields) {
            return new OutputError(fields.text("output"), fields.optionalNumber("relative"), fields.optionalNumber("largestDifference"));
        }
    }

    /// @param bound above which relative error a layer differs
    /// @param first that does, if one does
    record Layers(String picture, double bound, Optional<OutputError> first) {
        static Layers of(JsonFields fields) {
            return new Layers(fields.text("picture"), fields.number("bound"),
                    fields.has("first") ? Optional.of(OutputError.of(fields.object("first"))) : Optional.empty());
        }
    }

    /// @param counts not there if it failed
    record Picture(String name, Optional<String> size, Optional<Counts> counts) {}

    static ComparisonFile of(String file, JsonNode node) {
        JsonFields fields = new JsonFields(file, "", node);
        return new ComparisonFile(file, source(fields.object("a")), source(fields.object("b")), Counts.of(fields.object("agreement")),
                fields.objects("classes").stream().map(each -> new Named(each.text("class"), Counts.of(each))).toList(),
                fields.objects("confusions").stream().map(each -> new Confusion(each.text("a"), each.text("b"), each.count("pixels"),
                        each.optionalCount("clear"))).toList(),
                fields.objects("errors").stream().map(OutputError::of).toList(),
                fields.objects("pictures").stream().map(ComparisonFile::picture).toList(), fields.truth("conclusive"),
                fields.optionalText("verdict"), fields.optionalNumber("minAgreement"),
                fields.has("layers") ? Optional.of(Layers.of(fields.object("layers"))) : Optional.empty());
    }

    private static String source(JsonFields fields) {
        StringBuilder text = new StringBuilder(fields.text("path"));
        fields.optionalText("engine").ifPresentOrElse(engine -> text.append(", ").append(engine),
                () -> text.append(", ").append(fields.text("kind")));
        fields.optionalText("precision").ifPresent(precision -> text.append(", ").append(precision));
        fields.optionalText("deformableAttention").ifPresent(form -> text.append(", deformable attention by ").append(form));
        return text.toString();
    }

    private static Picture picture(JsonFields fields) {
        return fields.has("agreement")
                ? new Picture(fields.text("picture"), Optional.of(fields.count("height") + "x" + fields.count("width")),
                        Optional.of(Counts.of(fields.object("agreement"))))
                : new Picture(fields.text("picture"), Optional.empty(), Optional.empty());
    }

    /// The sizes of its pictures, in their order.
    String sizes() {
        SequencedSet<String> sizes = new LinkedHashSet<>();
        pictures.forEach(picture -> picture.size().ifPresent(sizes::add));
        return sizes.isEmpty() ? DataTable.NOTHING : String.join(", ", sizes);
    }

    String says() {
        return verdict.map(text -> text + least.map(share -> ", " + share + " is the least").orElse(""))
                .orElse(conclusive ? "conclusive" : "inconclusive");
    }
}
