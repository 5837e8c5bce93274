for name in ('/sys/fs/cgroup/cgroup.procs', '/sys/fs/cgroup/memory/cgroup.procs', '/sys/fs/cgroup/unified/cgroup.procs'):
    try:
        os.close(os.open(name, os.O_WRONLY))
        escaped()
    except OSError:
        pass
contained('no group to enter')
