# Opens only: the host's setting must not change in the control run.
attempt(lambda: os.close(os.open('/proc/sys/kernel/core_pattern', os.O_WRONLY)))
