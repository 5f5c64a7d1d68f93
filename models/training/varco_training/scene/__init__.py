"""The project's own traffic scenes: a street at a city gate, drawn by this package alone.

Everything that is seen is modelled here (street, houses, vehicles, light); the plates come from
`varco_training.plates`. Metres, seconds and pixels; x to the right, y up, z away from the camera.
"""
