/// Pictures in and out: decoding, Pillow-exact resampling, pre- and post-processing, class lists, label maps, overlays.
@NullMarked
package dev.maskforge.vision;

import org.jspecify.annotations.NullMarked;
