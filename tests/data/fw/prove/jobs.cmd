prove -j2 t
