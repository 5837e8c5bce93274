attempt(lambda: socket.socket(socket.AF_UNIX).connect(env['UNIX_SOCKET']))
