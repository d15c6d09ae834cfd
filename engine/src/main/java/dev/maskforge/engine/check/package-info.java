/// Whether an engine that was built says what the graph as authored says.
@NullMarked
package dev.maskforge.engine.check;

import org.jspecify.annotations.NullMarked;
