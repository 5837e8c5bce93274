in_child(lambda: attempt(lambda: os.chroot('/tmp')))
