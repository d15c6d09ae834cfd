/// Classes that break a rule of the architecture, so that the rule is seen to catch them.
@NullMarked
package dev.maskforge.checkpoint.offender;

import org.jspecify.annotations.NullMarked;
