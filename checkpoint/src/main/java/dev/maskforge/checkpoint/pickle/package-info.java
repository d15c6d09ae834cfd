/// Reads pickles as data: a closed list of names with no code behind them, and a bound on everything that can grow.
@NullMarked
package dev.maskforge.checkpoint.pickle;

import org.jspecify.annotations.NullMarked;
