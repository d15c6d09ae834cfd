package dev.maskforge.cli.report;

import dev.maskforge.measure.Ratio;
import dev.maskforge.measure.Span;
import dev.maskforge.measure.Work;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// Results of one size, those of one network next to each other, and which of them each is compared with.
///
/// @param rows in the order in which they are shown
record Comparisons(List<Measured> rows) {
    Comparisons {
        rows = List.copyOf(rows);
    }

    /// What a result is compared with.
    ///
    /// @param row           the other's, from 0
    /// @param ratio         how many times as fast as that the result is
    /// @param isInterleaved whether both took turns, so that the ratio's spread knows of what changed in between
    record Against(int row, Ratio ratio, boolean isInterleaved) {
        /// Such as `1.85 ± 3 %, ahead`. Of what was not interleaved neither is said: the spread would not know what changed.
        String text() {
            if (!isInterleaved) {
                return Figures.fixed(ratio.speedup(), 2) + ", not interleaved";
            }
            String verdict = ratio.isTie() ? "tie" : ratio.speedup() > 1 ? "ahead" : "behind";
            return Figures.fixed(ratio.speedup(), 2) + " ± " + Figures.fixed(100 * ratio.spread(), 0) + " %, " + verdict;
        }
    }

    /// By size, the smallest first.
    static SequencedMap<String, Comparisons> bySize(List<Measured> measured) {
        SequencedMap<String, SequencedMap<String, List<Measured>>> sizes = new LinkedHashMap<>();
        measured.stream().sorted(Comparator.comparingLong(Measured::pixels).thenComparing(Measured::size))
                .forEach(each -> sizes.computeIfAbsent(each.size(), _ -> new LinkedHashMap<>())
                        .computeIfAbsent(each.comparedWithin(), _ -> new ArrayList<>()).add(each));
        SequencedMap<String, Comparisons> comparisons = new LinkedHashMap<>();
        sizes.forEach(
                (size, networks) -> comparisons.put(size, new Comparisons(networks.values().stream().flatMap(List::stream).toList())));
        return comparisons;
    }

    /// A result is compared with the first of its network; the first of a network with the first of all, if both were
    /// measured in one go. On another device nothing is compared.
    Optional<Against> against(int row, Span span) {
        Measured result = rows.get(row);
        int first = firstOf(result.comparedWithin());
        int other = first < row ? first : 0;
        Measured base = rows.get(other);
        boolean isInterleaved = base.file().equals(result.file());
        if (other == row || first == row && !isInterleaved) {
            return Optional.empty();
        }
        return result.speedupOver(base, span).map(ratio -> new Against(other, ratio, isInterleaved));
    }

    /// What a run of a row computes: by its own file, else by that of another row of the same network on as much of the same
    /// device, since tools other than ours do not count.
    Optional<Work> work(int row) {
        Measured result = rows.get(row);
        return result.result().work()
                .or(() -> rows.stream().filter(other -> other.network().equals(result.network()) && other.isOnDeviceOf(result)
                        && other.hasThreadsOf(result) && other.result().setup().precision().equals(result.result().setup().precision())
                        && other.result().setup().batch() == result.result().setup().batch())
                        .flatMap(other -> other.result().work().stream())
                        .findFirst());
    }

    /// Which share of a row's median the least time is.
    Optional<Double> shareOfFloor(int row, Span span) {
        return work(row).map(work -> work.floorSeconds() * 1e9 / rows.get(row).of(span).median());
    }

    private int firstOf(String group) {
        int row = 0;
        while (!rows.get(row).comparedWithin().equals(group)) {
            row++;
        }
        return row;
    }

    /// Such as `2 checkpoint.pkl`: by its number a row is found from charts and other columns.
    String heading(int row) {
        return (row + 1) + " " + rows.get(row).label();
    }
}
