/// Pages for people: HTML that stands in one file and loads nothing.
@NullMarked
package dev.maskforge.cli.page;

import org.jspecify.annotations.NullMarked;
