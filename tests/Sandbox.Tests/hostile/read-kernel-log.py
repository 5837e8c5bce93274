check(libc.klogctl(10, None, 0), 'syslog')
escaped()
