package dev.maskforge.scenes;

/// A thing in the world.
///
/// @param group things of one group are one object, such as the parts of a car; groups have numbers in the order in which
///              things came into the world
record Thing(Mesh mesh, Category category, Spot spot, int group) {
    /// The group of everything that is ground.
    static final int GROUND = 0;
}
