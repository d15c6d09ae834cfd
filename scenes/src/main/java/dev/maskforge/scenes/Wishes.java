package dev.maskforge.scenes;

/// What a scene is to hold of what is rare on streets, so that each class is there often enough to be learnt.
record Wishes(boolean bus, boolean truck, boolean train, boolean motorcycle, boolean rider, boolean wall, boolean fence) {
    static Wishes by(Chance chance) {
        return new Wishes(chance.happens(0.28), chance.happens(0.3), chance.happens(0.5), chance.happens(0.42), chance.happens(0.45),
                chance.happens(0.52), chance.happens(0.55));
    }
}
