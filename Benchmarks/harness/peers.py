"""The proxies that are measured, each told to do the same: TLS 1.3, a client certificate required and verified to the same
root, no resumption, one worker, and everything that is left goes in plain to the same backend."""

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from . import machine


@dataclass
class Setting:
    """What all of them are given."""

    folder: Path
    symbolon: Path
    backend_port: int

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def exported(self, identity: str) -> tuple[Path, Path, Path]:
        """Chain (leaf, then issuing certificate), key, and the root."""
        folder = self.folder / "exported" / identity
        return folder / f"{identity}.pem", folder / f"{identity}.key.pem", folder / "anchors.pem"


@dataclass
class Proxy:
    name: str
    version: str
    port: int
    process: subprocess.Popen | None = field(default=None, repr=False)

    @property
    def pid(self) -> int:
        return self.process.pid

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()


def symbolon(setting: Setting, version: str) -> Proxy:
    port = machine.free_port()
    command = [setting.symbolon, "protect", "web", "--home", setting.home, "--to", f"127.0.0.1:{setting.backend_port}",
               "--listen", f"127.0.0.1:{port}", "--allow", "load"]
    return launched("symbolon", version, port, command, setting)


def door(setting: Setting, version: str, service: Proxy) -> Proxy:
    """The client end before the same service: with both ends ours, the key exchange is the hybrid one."""
    port = machine.free_port()
    command = [setting.symbolon, "reach", "web", "--home", setting.home, "--listen", f"127.0.0.1:{port}",
               "--at", f"127.0.0.1:{service.port}", "--as", "load"]
    return launched("symbolon reach", version, port, command, setting, cores=machine.DRIVING)


def nginx(setting: Setting) -> Proxy | None:
    program = found("nginx")
    module = Path("/usr/lib/nginx/modules/ngx_stream_module.so")
    if not program or not module.exists():
        return None
    chain, key, anchors = setting.exported("web")
    port = machine.free_port()
    configuration = setting.folder / "nginx.conf"
    configuration.write_text(f"""
        load_module {module};
        daemon off;
        {"user root;" if os.geteuid() == 0 else ""}
        worker_processes 1;
        pid {setting.folder}/nginx.pid;
        error_log {setting.folder}/nginx.log;
        events {{ worker_connections 8192; }}
        stream {{
            access_log off;
            server {{
                listen 127.0.0.1:{port} ssl backlog=4096;
                ssl_certificate {chain};
                ssl_certificate_key {key};
                ssl_client_certificate {anchors};
                ssl_verify_client on;
                ssl_verify_depth 2;
                ssl_protocols TLSv1.3;
                ssl_session_cache off;
                ssl_session_tickets off;
                tcp_nodelay on;
                proxy_pass 127.0.0.1:{setting.backend_port};
            }}
        }}
        """)
    version = machine.first_line([program, "-v"], r"nginx/(\S+)")
    library = machine.first_line([program, "-V"], r"(?s).*with (OpenSSL [\d.]+)")
    return launched("nginx", f"{version}, {library}", port, [program, "-c", configuration, "-p", setting.folder], setting)


def haproxy(setting: Setting) -> Proxy | None:
    program = found("haproxy")
    if not program:
        return None
    _, _, anchors = setting.exported("web")
    port = machine.free_port()
    configuration = setting.folder / "haproxy.cfg"
    configuration.write_text(f"""
global
    nbthread 1
    maxconn 8000
    tune.ssl.cachesize 0
defaults
    mode tcp
    timeout connect 10s
    timeout client 10m
    timeout server 10m
listen protected
    bind 127.0.0.1:{port} backlog 4096 ssl crt {joined(setting)} ca-file {anchors} verify required ssl-min-ver TLSv1.3 no-tls-tickets
    server backend 127.0.0.1:{setting.backend_port}
""")
    version = machine.first_line([program, "-v"], r"version ([\d.]+)")
    return launched("haproxy", version, port, [program, "-db", "-f", configuration], setting)


def stunnel(setting: Setting) -> Proxy | None:
    program = found("stunnel", "stunnel4")
    if not program:
        return None
    chain, key, anchors = setting.exported("web")
    port = machine.free_port()
    configuration = setting.folder / "stunnel.conf"
    configuration.write_text(f"""
foreground = yes
debug = warning
pid =
[protected]
accept = 127.0.0.1:{port}
connect = 127.0.0.1:{setting.backend_port}
cert = {chain}
key = {key}
CAfile = {anchors}
verifyChain = yes
sslVersionMin = TLSv1.3
sessionResume = no
""")
    version = machine.first_line([program, "-version"], r"stunnel ([\d.]+)")
    return launched("stunnel", version, port, [program, configuration], setting)


def hitch(setting: Setting) -> Proxy | None:
    program = found("hitch")
    if not program:
        return None
    _, _, anchors = setting.exported("web")
    port = machine.free_port()
    configuration = setting.folder / "hitch.conf"
    configuration.write_text(f"""
frontend = "[127.0.0.1]:{port}"
backend = "[127.0.0.1]:{setting.backend_port}"
pem-file = "{joined(setting)}"
client-verify = required
client-verify-ca = "{anchors}"
tls-protos = TLSv1.3
workers = 1
{'user = "nobody"' if os.geteuid() == 0 else ""}
backlog = 4096
daemon = off
""")
    version = machine.first_line([program, "--version"], r"hitch (\S+)")
    return launched("hitch", version, port, [program, f"--config={configuration}"], setting)


def launched(
    name: str, version: str, port: int, command: list, setting: Setting, cores: set[int] = machine.MEASURED
) -> Proxy:
    proxy = Proxy(name, version, port)
    proxy.process = machine.start(command, cores, log=setting.folder / f"{name.replace(' ', '-')}.output")
    try:
        machine.await_listener(port, proxy.process, name)
    except RuntimeError:
        proxy.stop()
        raise
    return proxy


def joined(setting: Setting) -> Path:
    """Chain and key in one file, for those who want it so."""
    chain, key, _ = setting.exported("web")
    both = setting.folder / "web-both.pem"
    both.touch(mode=0o600)
    both.write_text(chain.read_text() + key.read_text())
    return both


def found(*names: str) -> str | None:
    # Debian keeps servers out of the path of ordinary users.
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
    return next((where for where in (shutil.which(name, path=path) for name in names) if where), None)
