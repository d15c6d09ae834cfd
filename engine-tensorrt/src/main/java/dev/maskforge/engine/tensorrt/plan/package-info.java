/// What a plan is and how one is to be built, in plain Java, so that what works with plans can be tested without a GPU.
@NullMarked
package dev.maskforge.engine.tensorrt.plan;

import org.jspecify.annotations.NullMarked;
