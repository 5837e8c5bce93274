# Fails in the control run too, but only because there is no such file.
libc.swapon(b'/no/such/file', 0)
if ctypes.get_errno() == errno.ENOENT:
    escaped()
contained(os.strerror(ctypes.get_errno()))
