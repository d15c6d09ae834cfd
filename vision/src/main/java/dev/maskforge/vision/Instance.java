package dev.maskforge.vision;

/// One object that a network found.
///
/// @param query   which query found it; a query may stand for several classes, and its instances then share a mask
/// @param trainId its class
/// @param score   probability of its class times the mean of its mask where that is above 0.5; 0 where the mask is empty
/// @param mask    its pixels; those of different instances may overlap
public record Instance(int query, int trainId, float score, Mask mask) {}
