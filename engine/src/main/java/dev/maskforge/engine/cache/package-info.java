/// The user's cache: where it lies, what is in it, and who may touch it when.
@NullMarked
package dev.maskforge.engine.cache;

import org.jspecify.annotations.NullMarked;
