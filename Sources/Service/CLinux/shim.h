#ifndef SYMBOLON_LINUX_SHIM_H
#define SYMBOLON_LINUX_SHIM_H

#include <errno.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* accept4(2), which a compiler without _GNU_SOURCE does not see: the new socket is non-blocking and closed on exec. */
static inline int symbolon_accept(int listener, struct sockaddr *address, socklen_t *size) {
    return (int)syscall(SYS_accept4, listener, address, size, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/* For how many milliseconds nothing has come from a TCP socket's peer; -1: the kernel does not say. */
static inline long long symbolon_silence(int number) {
    struct tcp_info info;
    socklen_t size = sizeof info;
    if (getsockopt(number, IPPROTO_TCP, TCP_INFO, &info, &size)) return -1;
    return info.tcpi_last_data_recv;
}

/* The calling thread's name, as ps and perf show it: at most 15 octets of it. */
static inline void symbolon_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

#endif
