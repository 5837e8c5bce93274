check(syscall(248, b'user', b'capns-test', b'x', 1, -2), 'add_key')
escaped()
