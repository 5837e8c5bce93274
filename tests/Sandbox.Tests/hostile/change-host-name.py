def go():
    libc.unshare(0x4000000)
    check(libc.sethostname(b'mine', 4), 'sethostname')
    escaped()
in_child(go)
