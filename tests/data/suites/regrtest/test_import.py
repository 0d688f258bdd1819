raise OSError('cannot import me')
