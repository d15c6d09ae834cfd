package dev.maskforge.passes.offender;

import java.util.logging.Logger;

interface LogsElsewhere {
    Logger logger();
}
