package dev.maskforge.cli.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The parts of a mask transformer, told by the names of nodes, which are the checkpoint's keys.
public final class NetworkPart {
    /// What belongs to no part that is known.
    public static final String OTHER = "other";

    private static final List<NetworkPart> ALL = Arrays.asList(part("picture", "pixels|normalisation|image"),
            part("backbone, stem", "backbone\\.(stem|patch_embed)"), part("backbone, stage $1", "backbone\\.res(\\d+)"),
            part("backbone, stage $1", "backbone\\.(?:layers\\.|norm)(\\d+)"), part("backbone", "backbone"),
            part("pixel decoder, encoder layer $1", "sem_seg_head\\.pixel_decoder\\.transformer\\.encoder\\.layers\\.(\\d+)"),
            part("pixel decoder, encoder inputs", "sem_seg_head\\.pixel_decoder\\.(transformer|input_proj)"),
            part("pixel decoder, feature pyramid", "sem_seg_head\\.pixel_decoder"),
            part("transformer decoder, layer $1",
                    "sem_seg_head\\.predictor\\.transformer_(?:cross_attention|self_attention|ffn)_layers\\.(\\d+)"),
            part("transformer decoder, layer $1", "sem_seg_head\\.predictor\\.transformer\\.decoder\\.layers\\.(\\d+)"),
            part("transformer decoder, masks and classes", "sem_seg_head\\.predictor"), part("head", "head|labels"));

    private final String name;
    private final Pattern nodes;

    private NetworkPart(String name, Pattern nodes) {
        this.name = name;
        this.nodes = nodes;
    }

    /// @param name  with `$1` for the number
    /// @param nodes that a node's name begins with
    private static NetworkPart part(String name, String nodes) {
        return new NetworkPart(name, Pattern.compile("(?:" + nodes + ")(?![A-Za-z0-9])"));
    }

    private Optional<String> of(String node) {
        Matcher matcher = nodes.matcher(node);
        if (!matcher.lookingAt()) {
            return Optional.empty();
        }
        return Optional.of(name.contains("$1") ? name.replace("$1", matcher.group(1)) : name);
    }

    /// The part that a node belongs to.
    public static String ofNode(String node) {
        return ALL.stream().map(part -> part.of(node)).flatMap(Optional::stream).findFirst().orElse(OTHER);
    }

    /// The part of what was fused of several nodes: of the one that most of them belong to, and of several such the first.
    public static String ofNodes(List<String> nodes) {
        List<String> parts = nodes.stream().map(NetworkPart::ofNode).filter(part -> !part.equals(OTHER)).toList();
        return parts.stream().distinct().max((a, b) -> {
            int more = Long.compare(count(parts, a), count(parts, b));
            return more != 0 ? more : Integer.compare(parts.indexOf(b), parts.indexOf(a));
        }).orElse(OTHER);
    }

    private static long count(List<String> parts, String part) {
        return parts.stream().filter(part::equals).count();
    }
}
