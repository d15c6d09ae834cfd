package dev.maskforge.graph.offender.first;

import dev.maskforge.graph.offender.second.Second;

public interface First {
    Second second();
}
