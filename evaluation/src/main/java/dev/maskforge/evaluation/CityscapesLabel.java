package dev.maskforge.evaluation;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// The labels of Cityscapes' pictures, in the order of their ids (cityscapesScripts, `helpers/labels.py`); -1, the licence
/// plate, is in no picture.
public enum CityscapesLabel {
    UNLABELED(0, Category.VOID),
    EGO_VEHICLE(1, Category.VOID),
    RECTIFICATION_BORDER(2, Category.VOID),
    OUT_OF_ROI(3, Category.VOID),
    STATIC(4, Category.VOID),
    DYNAMIC(5, Category.VOID),
    GROUND(6, Category.VOID),
    ROAD(7, Category.FLAT, 0),
    SIDEWALK(8, Category.FLAT, 1),
    PARKING(9, Category.FLAT),
    RAIL_TRACK(10, Category.FLAT),
    BUILDING(11, Category.CONSTRUCTION, 2),
    WALL(12, Category.CONSTRUCTION, 3),
    FENCE(13, Category.CONSTRUCTION, 4),
    GUARD_RAIL(14, Category.CONSTRUCTION),
    BRIDGE(15, Category.CONSTRUCTION),
    TUNNEL(16, Category.CONSTRUCTION),
    POLE(17, Category.OBJECT, 5),
    POLEGROUP(18, Category.OBJECT),
    TRAFFIC_LIGHT(19, Category.OBJECT, 6),
    TRAFFIC_SIGN(20, Category.OBJECT, 7),
    VEGETATION(21, Category.NATURE, 8),
    TERRAIN(22, Category.NATURE, 9),
    SKY(23, Category.SKY, 10),
    PERSON(24, Category.HUMAN, 11, 3462.4756337644),
    RIDER(25, Category.HUMAN, 12, 3930.4788056518),
    CAR(26, Category.VEHICLE, 13, 12794.0202738185),
    TRUCK(27, Category.VEHICLE, 14, 27855.1264367816),
    BUS(28, Category.VEHICLE, 15, 35732.1511111111),
    CARAVAN(29, Category.VEHICLE, CityscapesLabel.NONE, 36771.8241758242),
    TRAILER(30, Category.VEHICLE, CityscapesLabel.NONE, 16926.9763313609),
    TRAIN(31, Category.VEHICLE, 16, 67583.7075812274),
    MOTORCYCLE(32, Category.VEHICLE, 17, 6298.7200839748),
    BICYCLE(33, Category.VEHICLE, 18, 4672.3249222261);

    /// A kind of labels.
    public enum Category {
        VOID, FLAT, CONSTRUCTION, OBJECT, NATURE, SKY, HUMAN, VEHICLE;

        /// As the scripts write it.
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int NONE = -1;
    private static final List<CityscapesLabel> ALL = List.of(values());

    private final int id;
    private final Category category;
    private final int trainId;
    private final double averageSize;

    CityscapesLabel(int id, Category category) {
        this(id, category, NONE);
    }

    CityscapesLabel(int id, Category category, int trainId) {
        this(id, category, trainId, NONE);
    }

    CityscapesLabel(int id, Category category, int trainId, double averageSize) {
        this.id = id;
        this.category = category;
        this.trainId = trainId;
        this.averageSize = averageSize;
    }

    /// All, by id.
    public static List<CityscapesLabel> all() {
        return ALL;
    }

    /// Those with instances that are evaluated, by id.
    static List<CityscapesLabel> things() {
        return ALL.stream().filter(label -> label.hasInstances() && !label.isIgnored()).toList();
    }

    static Optional<CityscapesLabel> ofId(int id) {
        return id >= 0 && id < ALL.size() ? Optional.of(ALL.get(id)) : Optional.empty();
    }

    static Optional<CityscapesLabel> ofTrainId(int trainId) {
        return Arrays.stream(values()).filter(label -> !label.isIgnored() && label.trainId == trainId).findFirst();
    }

    /// In label pictures.
    public int id() {
        return id;
    }

    /// As the scripts write it, such as `traffic light`.
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    public Category category() {
        return category;
    }

    /// The class of models that are trained on it; none of a label that is not evaluated.
    public OptionalInt trainId() {
        return isIgnored() ? OptionalInt.empty() : OptionalInt.of(trainId);
    }

    /// Whether it does not count in evaluation.
    public boolean isIgnored() {
        return trainId == NONE;
    }

    /// Whether single objects are told apart.
    public boolean hasInstances() {
        return averageSize != NONE;
    }

    /// The mean number of pixels of its objects in the dataset, as instance-weighted evaluation takes it; none where it has
    /// no instances.
    OptionalDouble averageSize() {
        return hasInstances() ? OptionalDouble.of(averageSize) : OptionalDouble.empty();
    }
}
