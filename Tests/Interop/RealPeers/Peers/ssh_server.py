"""dropbear for whoever connects to a port that the system chose, with a home of its own.

HOSTKEY AUTHORIZED: run in a mount namespace of its own, where the user's home is empty.
"""

import os
import pwd
import shutil
import socket
import subprocess
import sys

hostkey, authorized = sys.argv[1:]
folder = os.path.join(pwd.getpwuid(os.getuid()).pw_dir, ".ssh")
os.mkdir(folder, 0o700)
shutil.copy(authorized, os.path.join(folder, "authorized_keys"))
os.chmod(os.path.join(folder, "authorized_keys"), 0o600)
listener = socket.create_server(("127.0.0.1", 0))
print("port", listener.getsockname()[1], flush=True)
while True:
    connection, _ = listener.accept()
    # -i: the connection is its input and output. -s: no passwords.
    subprocess.Popen(
        ["/usr/sbin/dropbear", "-i", "-s", "-r", hostkey], stdin=connection, stdout=connection
    )
    connection.close()
