def ask():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(2)
    s.connect(('127.0.0.1', int(env['UDP_PORT'])))
    s.send(b'ping')
    s.recv(10)
attempt(ask)
