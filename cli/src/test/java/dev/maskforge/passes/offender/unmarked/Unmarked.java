package dev.maskforge.passes.offender.unmarked;

interface Unmarked {
}
