package dev.maskforge.engine.check;

import dev.maskforge.graph.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Pictures that an engine sees at once.
///
/// @param size    of all batches of this kind
/// @param members the pictures' numbers, in the order of their places
record Batch(long size, List<Integer> members) {
    Batch {
        members = List.copyOf(members);
    }

    /// Batches in which every picture occurs and no place is left empty; pictures of one size share them. Where a batch is
    /// larger than there are pictures, they come again, in other places.
    static List<Batch> of(List<CheckPicture> pictures, long size) {
        List<Batch> batches = new ArrayList<>();
        for (List<Integer> alike : bySize(pictures)) {
            for (int start = 0; start < alike.size(); start += (int) Math.min(size, alike.size())) {
                int first = start;
                batches.add(new Batch(size, IntStream.range(0, Math.toIntExact(size))
                        .mapToObj(place -> alike.get(number(first, place, alike.size()))).toList()));
            }
        }
        return batches;
    }

    /// The second round is one further, so that a picture does not meet the same place's remainder again.
    private static int number(int first, int place, int count) {
        return (first + place + place / count) % count;
    }

    private static Collection<List<Integer>> bySize(List<CheckPicture> pictures) {
        Map<List<Long>, List<Integer>> bySize = new LinkedHashMap<>();
        for (int i = 0; i < pictures.size(); i++) {
            bySize.computeIfAbsent(List.of(pictures.get(i).height(), pictures.get(i).width()), _ -> new ArrayList<>()).add(i);
        }
        return bySize.values();
    }

    /// The pictures behind each other, as an engine's inputs.
    Map<String, Tensor> inputs(List<CheckPicture> pictures, Arena memory) {
        return CheckPicture.together(members.stream().map(pictures::get).toList(), memory);
    }
}
