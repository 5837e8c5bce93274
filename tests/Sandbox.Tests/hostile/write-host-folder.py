attempt(lambda: open(env['CANARY_FOLDER'] + '/written', 'w').close())
