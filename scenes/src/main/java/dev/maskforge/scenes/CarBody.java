package dev.maskforge.scenes;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// The shell of a car, drawn from its side: a line for the shoulder from tail to nose and one for the roof, with the
/// cross-section's width drawn in towards the roof. Places along it run from 0 at the tail to 1 at the nose.
///
/// @param length    in metres
/// @param width     in metres, at the widest
/// @param clearance from the road to the sill
/// @param shoulder  the height of bonnet, doors and boot below the windows, from 0 to 1
/// @param roof      the height of the roof above the road from where the rear window starts to where the windscreen ends
/// @param roofWidth half the roof's width as a share of half the car's width
/// @param rearScreen where the rear window ends and the roof begins
/// @param windscreen where the roof ends and the windscreen begins
/// @param pillars   where pillars between side windows stand
/// @param wheels    where the wheels' middles are
/// @param wheel     the wheels' radius in metres
record CarBody(double length, double width, double clearance, Curve shoulder, Curve roof, double roofWidth, double rearScreen,
        double windscreen, List<Double> pillars, List<Double> wheels, double wheel) {
    private static final Vector OUT = new Vector(0.006, 0, 0);
    private static final double SEAM = 0.016;
    private static final double PILLAR = 0.07;
    private static final double ARCH_GAP = 0.06;
    private static final double LEAST_STEP = 0.006;
    private static final int CENTRE = 7;

    /// @param paint the body
    /// @param lower the sill, as of unpainted plastic
    /// @param glass the windows
    /// @param rear  what is between the pillars behind the foremost ones: glass, or sheet metal on a van
    Mesh shell(Material paint, Material lower, Material glass, Material rear) {
        double[] stations = stations();
        Vector[][] points = new Vector[stations.length + 2][];
        for (int i = 0; i < stations.length; i++) {
            points[i + 1] = section(stations[i]);
        }
        points[0] = flattened(points[1], -0.03);
        points[stations.length + 1] = flattened(points[stations.length], 0.03);
        return Loft.grid(points, (row, column) -> {
            int band = Math.min(column, 2 * CENTRE - 1 - column);
            if (band == 0) {
                return lower;
            }
            if (row == 0 || row == stations.length) {
                return paint;
            }
            double middle = (stations[row - 1] + stations[row]) / 2;
            boolean upright = middle > rearScreen && middle < windscreen;
            if (band >= 5 && middle > roof.first() && middle < roof.last() && !upright) {
                return glass;
            }
            if (band == 3 && middle > roof.first() + (rearScreen - roof.first()) * 1.12
                    && middle < roof.last() - (roof.last() - windscreen) * 0.45) {
                return isPillar(middle) ? paint : middle > pillars.getLast() ? glass : rear;
            }
            return paint;
        });
    }

    /// The gaps between the doors and their handles, on the side of +x.
    Mesh seams(Material dark) {
        Assembly seams = new Assembly();
        List<Double> places = new ArrayList<>(pillars);
        places.add(roof.last() - (roof.last() - windscreen) * 0.4);
        for (double place : places) {
            Vector[] near = section(place);
            Vector[] far = section(place + SEAM / length);
            for (int k = 1; k < 3; k++) {
                seams.add(Shapes.quad(near[k].plus(OUT), near[k + 1].plus(OUT), far[k + 1].plus(OUT), far[k].plus(OUT), dark));
            }
        }
        for (double place : pillars) {
            Vector[] section = section(place);
            Vector handle = Shapes.mix(section[2], section[3], 0.6).plus(OUT);
            seams.add(Shapes.box(handle.x() - 0.02, handle.y(), handle.z() + 0.06, handle.x() + 0.015, handle.y() + 0.035,
                    handle.z() + 0.24, dark));
        }
        return seams.mesh();
    }

    /// Metres from the middle for a place from 0 at the tail to 1 at the nose.
    double z(double place) {
        return (place - 0.5) * length;
    }

    private boolean isPillar(double place) {
        return pillars.stream().anyMatch(pillar -> Math.abs(place - pillar) * length < PILLAR / 2);
    }

    private double[] stations() {
        List<Double> places = new ArrayList<>(List.of(0.0, 0.012, 0.04, 0.96, 0.988, 1.0));
        places.addAll(shoulder.at());
        places.addAll(roof.at());
        places.add(rearScreen);
        places.add(windscreen);
        places.add((roof.last() + windscreen) / 2);
        places.add(roof.first() + (rearScreen - roof.first()) * 1.12);
        places.add(roof.last() - (roof.last() - windscreen) * 0.45);
        for (double pillar : pillars) {
            places.add(pillar - PILLAR / 2 / length);
            places.add(pillar + PILLAR / 2 / length);
        }
        double arch = wheel + ARCH_GAP;
        for (double middle : wheels) {
            for (double share : new double[]{-1.07, -0.97, -0.6, 0, 0.6, 0.97, 1.07}) {
                places.add(middle + share * arch / length);
            }
        }
        double[] sorted = places.stream().mapToDouble(Double::doubleValue).filter(place -> place >= 0 && place <= 1).sorted().toArray();
        List<Double> spread = new ArrayList<>();
        for (double place : sorted) {
            if (spread.isEmpty() || place - spread.getLast() > LEAST_STEP) {
                spread.add(place);
            }
        }
        return spread.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private double bottom(double place) {
        double arch = wheel + ARCH_GAP;
        double lowest = clearance;
        for (double middle : wheels) {
            double away = (place - middle) * length;
            if (Math.abs(away) <= arch * 1.001) {
                lowest = Math.max(lowest, wheel + Math.sqrt(Math.max(0, arch * arch - away * away)));
            }
        }
        // Bumpers rise a little towards the ends.
        double end = Math.min(place, 1 - place);
        return Math.max(lowest, clearance + 0.08 * Math.max(0, 1 - end / 0.03));
    }

    /// Half the width at a place: drawn in at tail and nose.
    double halfWidth(double place) {
        double front = Math.clamp((1 - place) / 0.16, 0.0, 1.0);
        double rear = Math.clamp(place / 0.10, 0.0, 1.0);
        return width / 2 * (1 - 0.16 * (1 - front) * (1 - front)) * (1 - 0.10 * (1 - rear) * (1 - rear));
    }

    private Vector[] section(double place) {
        double z = z(place);
        double half = halfWidth(place);
        double low = bottom(place);
        double high = shoulder.value(place);
        double glass = place > roof.first() && place < roof.last() ? Math.max(0, roof.value(place) - high) : 0;
        double tallest = Collections.max(roof.values()) - high;
        double in = tallest > 0 ? glass / tallest : 0;
        double top = half * (0.93 - (0.93 - roofWidth) * in);
        double crown = glass > 0 ? 0.04 * in : 0.03;
        double sill = Math.max(low, clearance + 0.14);
        Vector[] right = {new Vector(half * 0.96, low, z), new Vector(half * 0.99, sill, z),
                new Vector(half, high - (high - low) * 0.25, z), new Vector(half * 0.94, high, z),
                new Vector(half * 0.94 + (top - half * 0.94) * 0.8, high + glass * 0.84, z),
                new Vector(top, high + glass, z), new Vector(top * 0.82, high + glass + crown * 0.6, z)};
        Vector[] points = new Vector[2 * CENTRE + 1];
        for (int k = 0; k < CENTRE; k++) {
            points[k] = right[k];
            points[2 * CENTRE - k] = new Vector(-right[k].x(), right[k].y(), z);
        }
        points[CENTRE] = new Vector(0, high + glass + crown, z);
        return points;
    }

    private static Vector[] flattened(Vector[] section, double ahead) {
        Vector[] points = new Vector[section.length];
        for (int k = 0; k < points.length; k++) {
            points[k] = new Vector(0, section[k].y(), section[k].z() + ahead);
        }
        return points;
    }
}
