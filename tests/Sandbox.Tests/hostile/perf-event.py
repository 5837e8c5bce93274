attributes = struct.pack('IIQ', 1, 112, 0) + bytes(96)
check(syscall(298, attributes, 0, -1, -1, 0), 'perf_event_open')
escaped()
