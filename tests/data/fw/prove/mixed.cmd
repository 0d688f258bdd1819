prove -r t
