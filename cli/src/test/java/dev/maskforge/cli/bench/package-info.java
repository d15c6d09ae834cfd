@NullMarked
package dev.maskforge.cli.bench;

import org.jspecify.annotations.NullMarked;
