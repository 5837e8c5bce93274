arguments = struct.pack('8Q', 0x10000000, 0, 0, 0, 17, 0, 0, 0)
child = check(syscall(435, arguments, len(arguments)), 'clone3')
if child == 0:
    os._exit(0)
os.waitpid(child, 0)
escaped()
