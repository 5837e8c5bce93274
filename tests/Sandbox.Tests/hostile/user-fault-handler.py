check(syscall(323, 0), 'userfaultfd')
escaped()
