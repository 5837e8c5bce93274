import fcntl, termios
def go():
    _, terminal = os.openpty()
    fcntl.ioctl(terminal, 0x5412, b'x')
attempt(go)
