package dev.maskforge.passes.offender;

final class Prints {
    void print() {
        System.out.println("a library prints");
    }
}
