"""CONFIGURATION: nginx by it, with a port that the system chose in the place of @port@.

nginx takes over sockets that listen already, as it does from its own former self: NGINX names them.
"""

import os
import socket
import sys

listener = socket.create_server(("127.0.0.1", 0))
listener.set_inheritable(True)
port = listener.getsockname()[1]
with open(sys.argv[1]) as file:
    text = file.read().replace("@port@", str(port))
with open(sys.argv[1], "w") as file:
    file.write(text)
print("port", port, flush=True)
os.execve(
    "/usr/sbin/nginx",
    ["nginx", "-c", sys.argv[1], "-p", os.path.dirname(sys.argv[1])],
    {**os.environ, "NGINX": f"{listener.fileno()};"},
)
