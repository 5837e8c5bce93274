# An abstract name belongs to the network namespace, not to the file system.
attempt(lambda: socket.socket(socket.AF_UNIX).connect('\0' + env['ABSTRACT_SOCKET']))
