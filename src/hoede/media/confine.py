"""What a child takes from itself before it reads anything a stranger made. Nothing of it can be undone.

Limits of the kernel, and a filter of system calls where the machine has libseccomp: no file is opened, no
program started, no connection made from then on.
"""

import ctypes
import errno
import resource
from collections.abc import Iterable

_ALLOWED = (
    # talking to us, and the one file we hand over
    "read", "readv", "pread64", "write", "writev", "lseek", "close", "fstat", "newfstatat", "fcntl", "dup",
    "ioctl", "recvmsg", "recvfrom", "sendmsg", "sendto", "poll", "ppoll", "select", "pselect6", "shutdown",
    # memory
    "mmap", "munmap", "mremap", "mprotect", "madvise", "brk",
    # threads of decoders, and waiting for them
    "futex", "set_robust_list", "rseq", "gettid", "getpid", "tgkill", "exit", "exit_group",
    "sched_yield", "sched_getaffinity", "sched_setaffinity", "set_tid_address", "membarrier",
    # signals, time, chance, and asking about oneself
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "restart_syscall", "clock_gettime",
    "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "getrandom", "getrusage", "prlimit64",
    "sysinfo", "uname",
)  # fmt: skip
_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000
_CLONE_THREAD = 0x00010000
_MASKED_EQUAL = 7


class _Compare(ctypes.Structure):
    """libseccomp's condition on an argument of a call."""

    _fields_ = (
        ("argument", ctypes.c_uint),
        ("how", ctypes.c_int),
        ("mask", ctypes.c_uint64),
        ("value", ctypes.c_uint64),
    )


# Threads, but no processes.
_THREAD = _Compare(0, _MASKED_EQUAL, _CLONE_THREAD, _CLONE_THREAD)


def limit(memory_mb: int) -> None:
    """Bound memory, files and core dumps; the decoder's time is watched from outside."""
    memory = memory_mb * 1024 * 1024
    for what, most in (
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_AS, 8 * memory),  # addresses, most of which are never touched
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)  # noqa: PLW2901 - never above the hard one
        resource.setrlimit(what, (most, most))


def filter_calls(more: Iterable[str] = ()) -> bool:
    """Allow only the system calls that decoding needs, and `more`; false where this machine cannot."""
    try:
        lib = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    except OSError:
        return False
    lib.seccomp_init.restype = ctypes.c_void_p
    lib.seccomp_init.argtypes = (ctypes.c_uint32,)
    lib.seccomp_rule_add_array.argtypes = (
        ctypes.c_void_p,
        ctypes.c_uint32,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.POINTER(_Compare),
    )
    lib.seccomp_syscall_resolve_name.argtypes = (ctypes.c_char_p,)
    lib.seccomp_load.argtypes = (ctypes.c_void_p,)
    made = lib.seccomp_init(_REFUSE | errno.EPERM)
    if not made:
        return False

    def rule(name: str, action: int, *conditions: _Compare) -> None:
        number = lib.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:  # this machine has such a call
            array = (_Compare * len(conditions))(*conditions)
            lib.seccomp_rule_add_array(made, action, number, len(conditions), array)

    for name in (*_ALLOWED, *more):
        rule(name, _ALLOW)
    rule("clone", _ALLOW, _THREAD)
    rule("clone3", _REFUSE | errno.ENOSYS)  # its flags cannot be seen here; C libraries then use clone
    return bool(lib.seccomp_load(made) == 0)
