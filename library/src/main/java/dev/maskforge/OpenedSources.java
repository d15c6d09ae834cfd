package dev.maskforge;

import dev.maskforge.vision.ClassList;
import dev.maskforge.vision.LabelIds;
import dev.maskforge.vision.PixelMean;
import dev.maskforge.vision.Preprocessing;
import dev.maskforge.vision.ResizeRule;
import dev.maskforge.vision.Size;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Stream;

/// Both sources of a comparison, open and found to fit each other.
record OpenedSources(OpenedSource reference, OpenedSource other, Comparison.Options options) implements AutoCloseable {
    /// @throws MaskforgeException if they have different numbers of classes, or take pictures of different sizes
    static OpenedSources open(Comparison.Source reference, Comparison.Source other, Comparison.Options options) {
        OpenedSource first = OpenedSource.open(reference, options);
        try {
            OpenedSource second = OpenedSource.open(other, options);
            try {
                OpenedSources both = new OpenedSources(first, second, options);
                both.requireFit();
                return both;
            } catch (RuntimeException | Error e) {
                second.close();
                throw e;
            }
        } catch (RuntimeException | Error e) {
            first.close();
            throw e;
        }
    }

    private void requireFit() {
        OptionalInt expected = reference.classCount();
        OptionalInt actual = other.classCount();
        if (expected.isPresent() && actual.isPresent() && expected.getAsInt() != actual.getAsInt()) {
            throw new MaskforgeException(reference.source().path() + " has " + expected.getAsInt() + " classes and " + other.source().path()
                    + " has " + actual.getAsInt() + "; compare models of the same classes");
        }
        Optional<Size> asked = options.resizeRule().flatMap(OpenedSources::frame);
        for (OpenedSource source : both()) {
            Optional<Size> wanted = asked.or(this::fixedSize);
            source.fixedSize().filter(size -> !wanted.equals(Optional.of(size))).ifPresent(size -> {
                throw new MaskforgeException(source.source().path() + " takes pictures of " + size + " pixels alone, not of "
                        + wanted.map(Size::toString).orElse("another size") + "; "
                        + (asked.isPresent() ? "leave '--size' out, or say " + size : "convert both at one size"));
            });
        }
    }

    private static Optional<Size> frame(ResizeRule rule) {
        return switch (rule) {
            case ResizeRule.FitInside(int height, int width) -> Optional.of(new Size(height, width));
            case ResizeRule.ShortestEdge _ -> Optional.empty();
        };
    }

    private List<OpenedSource> both() {
        return List.of(reference, other);
    }

    private <T> Optional<T> first(Function<OpenedSource, Optional<T>> question) {
        return both().stream().map(question).flatMap(Optional::stream).findFirst();
    }

    private Optional<Size> fixedSize() {
        return first(OpenedSource::fixedSize);
    }

    /// The size at which pictures enter both networks; none if there is no network.
    ///
    /// @throws MaskforgeException if nothing says it
    Optional<ResizeRule> resizeRule() {
        Optional<ResizeRule> rule = options.resizeRule()
                .or(() -> fixedSize().map(size -> new ResizeRule.FitInside(size.height(), size.width())))
                .or(() -> first(OpenedSource::officialRule));
        boolean isNetwork = both().stream().anyMatch(source -> source.source().kind() != Comparison.Kind.LABELS);
        if (rule.isEmpty() && isNetwork) {
            throw new MaskforgeException("neither " + reference.source().path() + " nor " + other.source().path()
                    + " says at which size pictures enter the network; say '--size HxW'");
        }
        return rule;
    }

    boolean needsNetworkSize() {
        return both().stream().anyMatch(OpenedSource::isAtNetworkSize);
    }

    /// How pictures get the network's size. Both sides then find them at that size.
    Preprocessing preprocessing(ResizeRule rule) {
        return new Preprocessing(rule, 1, PixelMean.IMAGENET);
    }

    /// The user's, the dataset's that the user names, a side's, the reference's first.
    ///
    /// @throws MaskforgeException if nobody knows, and label maps hold the dataset's ids
    ClassList classes() {
        return options.model().classes().or(() -> first(OpenedSource::classes)).or(this::ofDataset).orElseGet(() -> {
            boolean readsIds = both().stream().anyMatch(source -> source.source().kind() == Comparison.Kind.LABELS)
                    && options.labelIds() == LabelIds.DATASET;
            if (readsIds) {
                throw new MaskforgeException("nothing says which classes the ids in the label maps stand for; say '--dataset', such as "
                        + "cityscapes, or '--classes FILE', or that they are train ids with '--label-ids train'");
            }
            return ClassList.generated(Stream.of(reference.classCount(), other.classCount()).filter(OptionalInt::isPresent)
                    .mapToInt(OptionalInt::getAsInt).findFirst().orElse(255));
        });
    }

    private Optional<ClassList> ofDataset() {
        return options.model().dataset().flatMap(dataset -> dataset.uses().stream()
                .filter(use -> options.model().task().map(task -> task == use.task()).orElse(true)).findFirst()
                .flatMap(use -> dataset.classList(use.task(), use.classes())));
    }

    @Override
    public void close() {
        try (other; reference) {
            // Each that no side has taken over.
        }
    }
}
