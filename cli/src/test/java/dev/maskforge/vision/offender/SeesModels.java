package dev.maskforge.vision.offender;

import dev.maskforge.models.MaskClassifier;

interface SeesModels {
    MaskClassifier model();
}
