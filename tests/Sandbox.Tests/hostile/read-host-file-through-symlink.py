import tempfile
link = os.path.join(tempfile.mkdtemp(), 'link')
os.symlink(env['CANARY'], link)
attempt(lambda: open(link).read())
