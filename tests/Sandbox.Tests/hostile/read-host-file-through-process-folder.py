attempt(lambda: open('/proc/%s/root%s' % (env['VICTIM'], env['CANARY'])).read())
