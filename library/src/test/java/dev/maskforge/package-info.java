@NullMarked
package dev.maskforge;

import org.jspecify.annotations.NullMarked;
