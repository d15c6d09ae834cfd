/// Time, memory and arithmetic of engines, measured and written as JSON.
@NullMarked
package dev.maskforge.measure;

import org.jspecify.annotations.NullMarked;
