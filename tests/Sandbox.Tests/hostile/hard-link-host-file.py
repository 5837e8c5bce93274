attempt(lambda: os.link(env['CANARY'], env['CANARY_FOLDER'] + '/link'))
