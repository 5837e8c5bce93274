def go():
    check(libc.unshare(0x10000000), 'unshare')
    escaped()
in_child(go)
