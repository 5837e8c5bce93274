check(syscall(440, check(syscall(434, os.getpid(), 0), 'pidfd_open'), (ctypes.c_char * 16)(), 0, 20, 0), 'process_madvise')
escaped()
