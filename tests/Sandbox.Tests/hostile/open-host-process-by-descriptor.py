attempt(lambda: os.close(os.pidfd_open(int(env['VICTIM']))))
