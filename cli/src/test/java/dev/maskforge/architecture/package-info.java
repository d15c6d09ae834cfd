/// What keeps the modules apart, as rules that fail the build.
@NullMarked
package dev.maskforge.architecture;

import org.jspecify.annotations.NullMarked;
