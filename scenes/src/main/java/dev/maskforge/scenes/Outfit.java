package dev.maskforge.scenes;

import java.util.List;

/// How a person looks: tones of skin and hair, clothes and their cut.
///
/// @param skin     face and hands
/// @param hair     hair
/// @param top      jacket, shirt or coat
/// @param legs     trousers or stockings
/// @param shoes    shoes
/// @param cut      what hangs below the waist
/// @param headwear what is on the head
record Outfit(Material skin, Material hair, Material top, Material legs, Material shoes, Cut cut, Headwear headwear) {
    private static final List<Integer> SKINS = List.of(0xf0c8a8, 0xe3b18c, 0xd49f76, 0xb97e56, 0x8f5a3a, 0x6b4129, 0x4a2d1e);
    private static final List<Integer> HAIRS = List.of(0x17120f, 0x2a1c14, 0x4a3020, 0x7a5230, 0xb08a50, 0x8c8880, 0xc9c4ba, 0x6e2f1c);
    private static final List<Integer> TOPS = List.of(0x1b1d22, 0x2b2f3a, 0x23345a, 0x3b5f94, 0x7c1f24, 0xb5322c, 0xd9d6cc, 0xe8e6e0,
            0x7d8a7a, 0x3f5a40,
            0xc9a227, 0xd0702a, 0x6a4a7c, 0x8a6e52, 0x5d6168, 0xc97f9a, 0x2d8f8a, 0x9a9da3);
    private static final List<Integer> BOTTOMS = List.of(0x17181c, 0x20242e, 0x2a3a5c, 0x3a4f78, 0x5a6a86, 0x4a4640, 0x8a7c66, 0xb9ad96,
            0x3c4038, 0x6b2b30);
    private static final List<Integer> SHOES = List.of(0x121212, 0x2b2320, 0x5a3d28, 0xd8d6d0, 0x8f1f24, 0x30415e);

    enum Cut {
        TROUSERS,
        SHORTS,
        SKIRT,
        COAT
    }

    enum Headwear {
        NONE,
        LONG_HAIR,
        HAT,
        HOOD,
        HELMET
    }

    static Outfit any(Chance chance) {
        double cut = chance.unit();
        double head = chance.unit();
        return of(chance, cut < 0.52 ? Cut.TROUSERS : cut < 0.62 ? Cut.SHORTS : cut < 0.77 ? Cut.SKIRT : Cut.COAT,
                head < 0.5 ? Headwear.NONE : head < 0.78 ? Headwear.LONG_HAIR : head < 0.92 ? Headwear.HAT : Headwear.HOOD);
    }

    static Outfit of(Chance chance, Cut cut, Headwear headwear) {
        Material skin = Material.of(Surface.SKIN, chance.oneOf(SKINS));
        Material trousers = Material.of(Surface.CLOTH, chance.oneOf(BOTTOMS));
        boolean bare = cut == Cut.SHORTS || cut == Cut.SKIRT && chance.happens(0.5);
        return new Outfit(skin, Material.of(Surface.HAIR, chance.oneOf(HAIRS)), Material.of(Surface.CLOTH, chance.oneOf(TOPS)),
                bare ? skin : trousers,
                Material.of(Surface.PLAIN, chance.oneOf(SHOES)), cut, headwear);
    }
}
