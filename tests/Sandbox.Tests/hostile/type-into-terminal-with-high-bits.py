# The kernel looks at 32 bits of the command; a filter that compares 64 misses this one.
try:
    _, terminal = os.openpty()
except OSError:
    terminal = 0
check(syscall(16, terminal, 0x100005412, ctypes.c_char_p(b'x')), 'ioctl')
escaped()
