package dev.maskforge.models.offender;

import dev.maskforge.engine.EngineProvider;

interface SeesAnEngine {
    EngineProvider engine();
}
