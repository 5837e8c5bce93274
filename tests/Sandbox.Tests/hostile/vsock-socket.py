# VSOCK reaches the hypervisor and knows no namespaces.
attempt(lambda: socket.socket(40, socket.SOCK_STREAM))
