child = check(syscall(56, 0x10000000 | 17, 0, 0, 0, 0), 'clone')
if child == 0:
    os._exit(0)
os.waitpid(child, 0)
escaped()
