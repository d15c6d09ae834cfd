package dev.maskforge.scenes;

/// Where the parts of a body are that looks along +z.
///
/// @param size     the height of the body when it stands upright, in metres
/// @param hips     the middle of the pelvis
/// @param neck     where the neck begins
/// @param head     the head's middle
/// @param rightLeg on the side of +x, from hip to ankle
/// @param rightArm on the side of +x, from shoulder to wrist
record Pose(double size, Vector hips, Vector neck, Vector head, Limb rightLeg, Limb leftLeg, Limb rightArm, Limb leftArm) {
    private static final Vector AHEAD = new Vector(0, 0.1, 1);
    private static final Vector BEHIND = new Vector(0, -0.6, -1);
    private static final double ANKLE = 0.045;

    /// A step of a walk, seen at a phase from 0 to 1; a stride of 0 stands.
    ///
    /// @param stride the angle of the legs from the vertical at the widest, in radians
    static Pose walking(double size, double phase, double stride) {
        double swing = stride * StrictMath.sin(2 * Math.PI * phase);
        double lift = 0.06 * size * (stride > 0 ? StrictMath.cos(2 * Math.PI * phase) : 0);
        double leg = size * 0.47;
        double hipHeight = size * 0.51 - leg * (1 - StrictMath.cos(swing)) * 0.9;
        Vector hips = new Vector(0, hipHeight, 0);
        Vector neck = new Vector(0, hipHeight + size * 0.322, size * 0.015 + 0.05 * stride);
        Vector head = neck.plus(new Vector(0, size * 0.1, size * 0.014));
        Vector rightAnkle = new Vector(size * 0.05, size * ANKLE + Math.max(0, lift), leg * StrictMath.sin(swing));
        Vector leftAnkle = new Vector(-size * 0.05, size * ANKLE + Math.max(0, -lift), -leg * StrictMath.sin(swing));
        double arm = size * 0.3;
        double armSwing = swing * 0.9;
        return of(size, hips, neck, head, rightAnkle, leftAnkle,
                neck.plus(new Vector(size * 0.15, -size * 0.03 - arm * StrictMath.cos(armSwing),
                        -arm * StrictMath.sin(armSwing) + size * 0.03)),
                neck.plus(new Vector(-size * 0.15, -size * 0.03 - arm * StrictMath.cos(armSwing),
                        arm * StrictMath.sin(armSwing) + size * 0.03)));
    }

    /// Bent at hips and neck so that ankles and wrists come where they are wanted.
    static Pose of(double size, Vector hips, Vector neck, Vector head, Vector rightAnkle, Vector leftAnkle, Vector rightWrist,
            Vector leftWrist) {
        double thigh = size * 0.245;
        double shin = size * 0.235;
        double arm = size * 0.165;
        Vector hip = new Vector(size * 0.05, 0, 0);
        Vector shoulder = new Vector(size * 0.105, -size * 0.022, 0);
        return new Pose(size, hips, neck, head, Limb.reaching(hips.plus(hip), rightAnkle, thigh, shin, AHEAD),
                Limb.reaching(hips.minus(hip), leftAnkle, thigh, shin, AHEAD),
                Limb.reaching(neck.plus(shoulder), rightWrist, arm, arm, BEHIND.plus(new Vector(0.4, 0, 0))),
                Limb.reaching(neck.plus(new Vector(-shoulder.x(), shoulder.y(), 0)), leftWrist, arm, arm,
                        BEHIND.plus(new Vector(-0.4, 0, 0))));
    }

    /// The same with the right hand elsewhere.
    Pose withRightHand(Vector wrist) {
        return new Pose(size, hips, neck, head, rightLeg, leftLeg,
                Limb.reaching(rightArm.root(), wrist, size * 0.165, size * 0.165, BEHIND), leftArm);
    }
}
