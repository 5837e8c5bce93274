attempt(lambda: open('/proc/%d/root%s' % (os.getppid(), env['CANARY'])).read())
