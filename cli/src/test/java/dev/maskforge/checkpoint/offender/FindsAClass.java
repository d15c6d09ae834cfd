package dev.maskforge.checkpoint.offender;

final class FindsAClass {
    Class<?> find(String name) throws ClassNotFoundException {
        return Class.forName(name);
    }
}
