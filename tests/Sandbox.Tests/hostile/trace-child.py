def trace():
    check(libc.ptrace(0, 0, 0, 0), 'ptrace')
    escaped()
in_child(trace)
