prove -v t
