/// The networks, one file each, and how a checkpoint's keys and shapes tell which of them it holds.
@NullMarked
package dev.maskforge.models;

import org.jspecify.annotations.NullMarked;
