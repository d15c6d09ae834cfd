/// Plan files: what lies beside a plan's bytes, when a plan is refused, and the cache of them.
@NullMarked
package dev.maskforge.engine.plan;

import org.jspecify.annotations.NullMarked;
