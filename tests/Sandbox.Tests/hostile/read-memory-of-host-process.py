attempt(lambda: open('/proc/%s/mem' % env['VICTIM'], 'rb').close())
