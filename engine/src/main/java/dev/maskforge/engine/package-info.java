/// What an engine is, the reference engine, and how two answers are compared.
@NullMarked
package dev.maskforge.engine;

import org.jspecify.annotations.NullMarked;
