/// Synthetic street scenes with ground truth in Cityscapes' classes and layout.
@NullMarked
package dev.maskforge.scenes;

import org.jspecify.annotations.NullMarked;
