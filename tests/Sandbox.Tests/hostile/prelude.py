# Put before each program. A program calls escaped() when its attack worked, and contained() when it did not.
# Given in the environment: CANARY (a file of the host), CANARY_FOLDER (writable), TCP_PORT, UDP_PORT, UNIX_SOCKET,
# ABSTRACT_SOCKET, VICTIM (number of a process of the host), VICTIM_MARK (its argument, reversed), VICTIM_SHM (its memory).
import ctypes, errno, os, socket, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
env = os.environ

def escaped():
    print('ESCAPED')
    sys.stdout.flush()
    os._exit(0)

def contained(why):
    print('contained:', why)
    sys.stdout.flush()
    os._exit(0)

def check(result, name='call'):
    """Ends the program as contained when a C call failed."""
    if result < 0:
        contained(name + ' ' + errno.errorcode.get(ctypes.get_errno(), '?'))
    return result

def syscall(number, *arguments):
    return libc.syscall(ctypes.c_long(number), *[a if not isinstance(a, int) else ctypes.c_long(a) for a in arguments])

def attempt(attack):
    try:
        attack()
    except (OSError, PermissionError) as error:
        contained(error.strerror)
    escaped()

def in_child(attack):
    """Runs the attack in a child, so that what it changes dies with it."""
    child = os.fork()
    if child == 0:
        attack()
        os._exit(3)
    _, status = os.waitpid(child, 0)
    os._exit(0 if os.WIFEXITED(status) else 1)
