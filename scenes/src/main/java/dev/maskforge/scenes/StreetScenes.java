package dev.maskforge.scenes;

import dev.maskforge.vision.RgbImage;
import dev.maskforge.vision.Size;
import java.util.Optional;

/// Makes up streets, and pictures of them from a car, in Cityscapes' classes.
///
/// A scene is worked out by the caller's thread alone, with arithmetic that is the same on every machine.
public final class StreetScenes {
    private StreetScenes() {
    }

    /// The scene of a seed: equal seeds show equal streets, in equal pixels where the size is equal too.
    public static Scene generate(long seed, Size size) {
        Chance chance = new Chance(seed);
        Chance lens = chance.split();
        Weather weather = Weather.by(chance.split());
        Sensor sensor = Sensor.by(chance.split());
        Setting setting = Setting.by(chance);
        Wishes wishes = Wishes.by(chance.split());
        boolean tram = setting == Setting.CITY && wishes.train();
        Section section = Section.by(setting, tram, chance.split());
        Optional<Crossroads> crossing = Crossroads.by(setting, chance.split());
        Chance course = chance.split();
        boolean bends = crossing.isEmpty() && course.happens(0.55);
        Street street = bends ? new Street(course.between(-1, 1) / 230, course.between(40, 110)) : new Street(0, 1);
        int lane = lens.index(section.lanesRight());
        Layout layout = new Layout(street, setting, wishes, section, crossing, lane, chance.split());
        World world = layout.build();
        Triangles triangles = Triangles.of(world.things());
        double across = section.laneRight(lane) + lens.between(-0.3, 0.3);
        Vector eye = new Vector(across, lens.between(1.2, 1.75), 0);
        double focal = lens.between(0.78, 1.08);
        double yaw = lens.happens(0.25) ? lens.between(-0.22, 0.22) : lens.between(-0.06, 0.06);
        Camera camera = Camera.looking(eye, yaw, lens.between(-0.055, 0.012), lens.between(-0.012, 0.012), focal);
        Visibility visibility = Visibility.of(triangles, camera, size);
        short[] truth = Truth.of(world, triangles, visibility, camera, size);
        Textures textures = new Textures(street, weather, layout.wear());
        Exposure exposure = new Painter(triangles, camera, weather, textures, size).paint(visibility);
        if (weather.wetness() > 0) {
            new Reflections(camera, visibility, weather, size).addTo(exposure);
        }
        RgbImage image = sensor.develop(exposure, weather);
        return new Scene(image, truth);
    }
}
