/// Plain data from JSON and YAML files, read without trust: index and configuration files of checkpoints.
@NullMarked
package dev.maskforge.checkpoint.document;

import org.jspecify.annotations.NullMarked;
