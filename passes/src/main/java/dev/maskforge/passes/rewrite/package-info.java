/// Rewrites: rules that say what stands for a node, each a pass of its own, and the pipelines that engines get.
@NullMarked
package dev.maskforge.passes.rewrite;

import org.jspecify.annotations.NullMarked;
