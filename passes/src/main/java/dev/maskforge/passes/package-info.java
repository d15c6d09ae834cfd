/// Passes from graph to graph: what runs them, and those that hold for every engine.
@NullMarked
package dev.maskforge.passes;

import org.jspecify.annotations.NullMarked;
