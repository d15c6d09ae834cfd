package dev.maskforge.scenes;

/// A piece of a thing that has a class of its own, as a lamp of a signal on its pole.
///
/// @param className the class's name in Cityscapes
record Part(String className, Mesh mesh) {}
