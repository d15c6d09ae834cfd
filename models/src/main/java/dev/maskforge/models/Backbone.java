package dev.maskforge.models;

import dev.maskforge.graph.Value;
import dev.maskforge.models.layer.Scope;
import java.util.List;

/// What turns a picture into feature maps.
public sealed interface Backbone permits ResNet, SwinTransformer {
    /// `[N, 3, H, W]`, normalised -> the maps at strides 4, 8, 16 and 32, in this order. The scope is the backbone's own.
    List<Value> features(Scope scope, Value image);

    /// The name that papers use, such as `ResNet-50`.
    String name();
}
