/// What `maskforge report` makes of result files: tables, plots and pictures, as one page or as Markdown.
@NullMarked
package dev.maskforge.cli.report;

import org.jspecify.annotations.NullMarked;
