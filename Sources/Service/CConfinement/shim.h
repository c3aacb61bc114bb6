/* System calls by which a process gives rights up. They have no function in the C library, or one that takes any number of
   arguments, which Swift does not see. Each answers 0 or more, or an error's number below 0. All are of the calling thread
   alone, but for symbolon_refuse_calls. */
#ifndef SYMBOLON_CONFINEMENT_SHIM_H
#define SYMBOLON_CONFINEMENT_SHIM_H

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline int symbolon_answer(long result) { return result < 0 ? -errno : (int)result; }

/* prctl(2) */
static inline int symbolon_no_new_privileges(void) { return symbolon_answer(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)); }
static inline int symbolon_has_no_new_privileges(void) { return symbolon_answer(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)); }

/* capabilities(7): none comes back by a program that is executed. */
static inline void symbolon_bound_capabilities(void) {
    for (int number = 0; prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; number++) {
        /* Who may not give a capability up has not the one that it takes, and so none that matters. */
        prctl(PR_CAPBSET_DROP, number, 0, 0, 0);
    }
}

/* credentials(7): a user and its group, and no other group. */
static inline int symbolon_become(unsigned user, unsigned group) {
    if (syscall(SYS_setgroups, 0, NULL) < 0 || syscall(SYS_setresgid, group, group, group) < 0) return -errno;
    return symbolon_answer(syscall(SYS_setresuid, user, user, user));
}

/* capabilities(7): none is left. */
static inline int symbolon_drop_capabilities(void) {
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{0, 0, 0}, {0, 0, 0}};
    return symbolon_answer(syscall(SYS_capset, &header, data));
}

/* Of this thread: whether a capability is effective or permitted. */
static inline int symbolon_has_capabilities(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{0, 0, 0}, {0, 0, 0}};
    if (syscall(SYS_capget, &header, data) < 0) return -errno;
    return (data[0].effective | data[1].effective | data[0].permitted | data[1].permitted) != 0;
}

/* landlock(7). The calls have the same numbers on every architecture; the headers of a system may be older than its kernel. */
#define SYMBOLON_LANDLOCK_CREATE_RULESET 444
#define SYMBOLON_LANDLOCK_ADD_RULE 445
#define SYMBOLON_LANDLOCK_RESTRICT_SELF 446

static inline int symbolon_landlock_abi(void) {
    return symbolon_answer(syscall(SYMBOLON_LANDLOCK_CREATE_RULESET, NULL, 0, 1));
}

static inline int symbolon_landlock_ruleset(int abi, uint64_t files, uint64_t network, uint64_t scopes) {
    struct { uint64_t files, network, scopes; } attributes = {files, network, scopes};
    size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
    return symbolon_answer(syscall(SYMBOLON_LANDLOCK_CREATE_RULESET, &attributes, size, 0));
}

/* open(2), O_PATH: to name a file, and for nothing else. */
static inline int symbolon_open_path(const char *path) {
    return symbolon_answer(open(path, 010000000 | O_CLOEXEC));
}

static inline int symbolon_is_folder(int descriptor) {
    struct stat status;
    return fstat(descriptor, &status) < 0 ? -errno : S_ISDIR(status.st_mode);
}

static inline int symbolon_landlock_path(int ruleset, int path, uint64_t rights) {
    struct { uint64_t rights; int32_t path; } __attribute__((packed)) rule = {rights, path};
    return symbolon_answer(syscall(SYMBOLON_LANDLOCK_ADD_RULE, ruleset, 1, &rule, 0));
}

static inline int symbolon_landlock_port(int ruleset, uint64_t port, uint64_t rights) {
    struct { uint64_t rights, port; } rule = {rights, port};
    return symbolon_answer(syscall(SYMBOLON_LANDLOCK_ADD_RULE, ruleset, 2, &rule, 0));
}

static inline int symbolon_landlock_restrict(int ruleset) {
    return symbolon_answer(syscall(SYMBOLON_LANDLOCK_RESTRICT_SELF, ruleset, 0));
}

#if defined(__x86_64__)
#define SYMBOLON_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define SYMBOLON_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

/* seccomp(2), for every thread: what no server needs and what those begin with who have got into one fails with EPERM. Execution
   first of all. Calls of another architecture end the process. */
static inline int symbolon_refuse_calls(void) {
#ifndef SYMBOLON_ARCHITECTURE
    return -ENOSYS;
#else
    static const unsigned refused[] = {
        SYS_execve, SYS_execveat, SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_mount, SYS_umount2,
        SYS_pivot_root, SYS_chroot, SYS_unshare, SYS_setns, SYS_open_by_handle_at, SYS_name_to_handle_at, SYS_mknodat,
        SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid, SYS_setgroups, SYS_setfsuid,
        SYS_setfsgid, SYS_capset, SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_kexec_file_load,
        SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_add_key, SYS_request_key, SYS_keyctl, SYS_personality, SYS_acct,
        SYS_quotactl, SYS_reboot, SYS_swapon, SYS_swapoff, SYS_sethostname, SYS_setdomainname, SYS_settimeofday,
        SYS_clock_settime, SYS_clock_adjtime, SYS_adjtimex, SYS_syslog, SYS_vhangup, SYS_lookup_dcookie, SYS_nfsservctl,
        SYS_move_pages, SYS_migrate_pages, SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register,
        /* open_tree, move_mount, fsopen, fsconfig, fsmount, fspick; pidfd_getfd; mount_setattr: one number everywhere. */
        428, 429, 430, 431, 432, 433, 438, 442,
#if defined(__x86_64__)
        SYS_mknod, SYS_uselib, SYS_iopl, SYS_ioperm, SYS_modify_ldt, SYS_create_module,
#endif
    };
    enum { count = sizeof refused / sizeof refused[0] };
    struct sock_filter program[count + 7];
    unsigned place = 0;
    program[place++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
    program[place++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYMBOLON_ARCHITECTURE, 1, 0);
    program[place++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    program[place++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
#if defined(__x86_64__)
    /* The x32 numbers of the same calls. */
    program[place++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000u, count + 1, 0);
#endif
    for (unsigned index = 0; index < count; index++) {
        program[place++] =
            (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, refused[index], (unsigned char)(count - index), 0);
    }
    program[place++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    program[place++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    struct sock_fprog all = {(unsigned short)place, program};
    return symbolon_answer(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &all));
#endif
}

#endif
