package dev.maskforge.evaluation;

/// Which objects count, and how many detections in a picture at most: the settings that COCO's twelve numbers are of.
enum CocoSetting {
    ONE_DETECTION(0, 1e10, 1),
    TEN_DETECTIONS(0, 1e10, 10),
    ALL(0, 1e10, 100),
    SMALL(0, 32 * 32, 100),
    MEDIUM(32 * 32, 96 * 96, 100),
    LARGE(96 * 96, 1e10, 100);

    static final int MOST_DETECTIONS = 100;

    private final double leastArea;
    private final double mostArea;
    private final int detections;

    CocoSetting(double leastArea, double mostArea, int detections) {
        this.leastArea = leastArea;
        this.mostArea = mostArea;
        this.detections = detections;
    }

    /// Both ends belong to it.
    boolean holds(double area) {
        return area >= leastArea && area <= mostArea;
    }

    /// At most so many, the surest, count in a picture.
    int detections() {
        return detections;
    }
}
