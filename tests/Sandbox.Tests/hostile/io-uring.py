check(syscall(425, 1, ctypes.create_string_buffer(120)), 'io_uring_setup')
escaped()
