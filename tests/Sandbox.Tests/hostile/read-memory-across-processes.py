class Vector(ctypes.Structure):
    _fields_ = [('base', ctypes.c_void_p), ('length', ctypes.c_size_t)]
source, target = ctypes.create_string_buffer(b'secret'), ctypes.create_string_buffer(16)
local = Vector(ctypes.cast(target, ctypes.c_void_p), 6)
remote = Vector(ctypes.cast(source, ctypes.c_void_p), 6)
check(libc.process_vm_readv(os.getpid(), ctypes.byref(local), 1, ctypes.byref(remote), 1, 0), 'process_vm_readv')
escaped()
