check(libc.shmget(int(env['VICTIM_SHM']), 4096, 0), 'shmget')
escaped()
