attempt(lambda: open(env['CANARY']).read())
