package dev.maskforge.cli.report;

import java.util.List;

/// A part of a report.
///
/// @param id      by which links find it
/// @param heading that it has
/// @param blocks  from top to bottom; those that say nothing in Markdown are not in it
record Section(String id, String heading, List<Block> blocks) {
    Section {
        blocks = List.copyOf(blocks);
    }
}
