/// The command line.
@NullMarked
package dev.maskforge.cli;

import org.jspecify.annotations.NullMarked;
