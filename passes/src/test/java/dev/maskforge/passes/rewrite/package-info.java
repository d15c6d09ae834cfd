/// Tests of the rewrites: text in, text out, the same numbers, and where they must not fire.
@NullMarked
package dev.maskforge.passes.rewrite;

import org.jspecify.annotations.NullMarked;
