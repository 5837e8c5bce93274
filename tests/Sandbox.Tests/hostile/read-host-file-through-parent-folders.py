attempt(lambda: open('../' * 40 + env['CANARY'].lstrip('/')).read())
