package dev.maskforge.graph.offender.second;

import dev.maskforge.graph.offender.first.First;

public interface Second {
    First first();
}
