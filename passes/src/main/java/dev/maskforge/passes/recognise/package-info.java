/// Finding what exporters took apart: layers, attention, and the head of a mask transformer in graphs that others wrote.
///
/// A [Rule] looks at one node and what lies behind it, and says what stands for it, or why nothing does. What chains of
/// Reshape, Transpose and Expand do is read as an [Arrangement] of axes, so that a rule need not know in which of many
/// ways an exporter wrote it.
@NullMarked
package dev.maskforge.passes.recognise;

import org.jspecify.annotations.NullMarked;
