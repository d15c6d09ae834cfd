@NullMarked
package dev.maskforge.cli.page;

import org.jspecify.annotations.NullMarked;
