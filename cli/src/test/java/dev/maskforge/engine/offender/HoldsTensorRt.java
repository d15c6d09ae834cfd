package dev.maskforge.engine.offender;

import org.bytedeco.offender.Library;

interface HoldsTensorRt {
    Library library();
}
