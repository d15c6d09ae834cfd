/// The library: from a checkpoint and a picture to a label map, with the steps between for those who want them.
@NullMarked
package dev.maskforge;

import org.jspecify.annotations.NullMarked;
