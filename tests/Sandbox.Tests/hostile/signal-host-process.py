attempt(lambda: os.kill(int(env['VICTIM']), 0))
