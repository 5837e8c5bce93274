# Asks only (0xffffffff); the same call switches address randomisation off.
check(libc.personality(ctypes.c_ulong(0xffffffff)), 'personality')
escaped()
