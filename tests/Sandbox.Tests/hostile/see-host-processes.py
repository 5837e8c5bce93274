mark = env['VICTIM_MARK'][::-1].encode()
for process in os.listdir('/proc'):
    try:
        if process.isdigit() and mark in open('/proc/%s/cmdline' % process, 'rb').read():
            escaped()
    except OSError:
        pass
contained('not seen')
