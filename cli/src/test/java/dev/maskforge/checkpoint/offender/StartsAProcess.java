package dev.maskforge.checkpoint.offender;

interface StartsAProcess {
    ProcessBuilder process();
}
