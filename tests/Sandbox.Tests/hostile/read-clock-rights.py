# Changes nothing (modes 0), but goes the way that would.
check(libc.adjtimex(ctypes.create_string_buffer(256)), 'adjtimex')
escaped()
