check(syscall(321, 0, struct.pack('5I', 2, 4, 4, 1, 0) + bytes(100), 120), 'bpf')
escaped()
