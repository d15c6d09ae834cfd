/// What `maskforge bench` measures and how it is put together; the arithmetic is in [dev.maskforge.measure].
@NullMarked
package dev.maskforge.cli.bench;

import org.jspecify.annotations.NullMarked;
