@NullMarked
package dev.maskforge.models;

import org.jspecify.annotations.NullMarked;
