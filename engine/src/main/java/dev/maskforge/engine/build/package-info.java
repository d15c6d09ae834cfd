/// Compiling plans in a process of its own, which may be ended, and may fall, without harm to the caller.
@NullMarked
package dev.maskforge.engine.build;

import org.jspecify.annotations.NullMarked;
