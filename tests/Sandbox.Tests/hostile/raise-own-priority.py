attempt(lambda: os.nice(-10))
