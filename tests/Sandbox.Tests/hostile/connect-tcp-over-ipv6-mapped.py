attempt(lambda: socket.create_connection(('::ffff:127.0.0.1', int(env['TCP_PORT'])), 2).close())
