import stat, tempfile
path = os.path.join(tempfile.mkdtemp(), 'zero')
def go():
    os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 5))
    open(path, 'rb').read(1)
attempt(go)
