"""A small service manager for the tests: holds a listening socket, starts a program with it as systemd does, starts it anew
on SIGUSR1, and prints what the program notifies. Arguments: port, path of the notify socket, program and its arguments."""

import os
import signal
import socket
import subprocess
import sys
import threading

port, notify_path, program = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
listening = socket.socket()
listening.bind(("127.0.0.1", port))
listening.listen(128)
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notify.bind(notify_path)


def print_notifications():
    while True:
        for line in notify.recv(4096).decode().splitlines():
            print("notified " + line, flush=True)


def start():
    def in_child():
        os.dup2(listening.fileno(), 3)
        os.set_inheritable(3, True)
        os.environ["LISTEN_PID"] = str(os.getpid())
        os.environ["LISTEN_FDS"] = "1"
        os.environ["NOTIFY_SOCKET"] = notify_path
        os.execvp(program[0], program)

    return subprocess.Popen(program, preexec_fn=in_child, close_fds=False)


def restart(*_):
    global child
    child.send_signal(signal.SIGTERM)
    print("ended", child.wait(), flush=True)
    child = start()


def stop(*_):
    child.send_signal(signal.SIGTERM)
    sys.exit(child.wait())


threading.Thread(target=print_notifications, daemon=True).start()
child = start()
signal.signal(signal.SIGUSR1, restart)
signal.signal(signal.SIGTERM, stop)
while True:
    signal.pause()
