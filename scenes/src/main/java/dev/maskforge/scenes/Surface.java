package dev.maskforge.scenes;

/// What a face is made of; it says how the face's colour varies from place to place and how it answers to light.
enum Surface {
    /// One colour, matt.
    PLAIN,
    /// A car's paint: clear, with reflections of the sky.
    PAINT,
    /// Bare or painted metal, dull.
    METAL,
    /// A window: dark, mirrors the sky.
    GLASS,
    RUBBER,
    /// A lamp or a lit sign: shines by itself.
    LAMP,
    CLOTH,
    SKIN,
    HAIR,
    WOOD,
    /// The bark of a trunk.
    BARK,
    /// Leaves: mottled, lets light through.
    FOLIAGE,
    GRASS,
    SOIL,
    ASPHALT,
    /// Slabs of a sidewalk.
    PAVING,
    CONCRETE,
    BRICK,
    PLASTER,
    /// Natural stone in courses.
    STONE,
    ROOF_TILES,
    /// Paint on a road, worn.
    MARKING,
    /// Crushed stone under rails.
    BALLAST
}
