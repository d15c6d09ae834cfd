/// Named tensors from checkpoint files of every kind, mapped into memory and read without trust.
@NullMarked
package dev.maskforge.checkpoint;

import org.jspecify.annotations.NullMarked;
