/// What models are written with: scopes that know the checkpoint's names, and layers as functions of values.
@NullMarked
package dev.maskforge.models.layer;

import org.jspecify.annotations.NullMarked;
