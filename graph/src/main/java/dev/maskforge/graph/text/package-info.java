/// Graphs as text that people read and write: in tests, and where a model is inspected.
@NullMarked
package dev.maskforge.graph.text;

import org.jspecify.annotations.NullMarked;
