/// Datasets and the metrics that their official scripts compute: mIoU, PQ, AP.
@NullMarked
package dev.maskforge.evaluation;

import org.jspecify.annotations.NullMarked;
