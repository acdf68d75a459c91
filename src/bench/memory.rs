//! What a process holds in memory.

/// Resident memory of a process. What is mapped from files the system can take back at any time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Memory {
    /// Its own: heap and stacks.
    pub(super) anonymous_bytes: u64,
    /// Mapped from files, shared memory included.
    pub(super) file_bytes: u64,
}

impl Memory {
    /// The larger of two, each part by itself.
    pub(super) fn max(self, other: Self) -> Self {
        Self {
            anonymous_bytes: self.anonymous_bytes.max(other.anonymous_bytes),
            file_bytes: self.file_bytes.max(other.file_bytes),
        }
    }
}

/// The memory of a process; none where the system has no `/proc`, or no such process any more.
pub(super) fn of(process: u32) -> Option<Memory> {
    read(&std::fs::read_to_string(format!("/proc/{process}/status")).ok()?)
}

/// The memory of this process.
pub(super) fn own() -> Option<Memory> {
    of(std::process::id())
}

/// Reads `/proc/PID/status`.
fn read(status: &str) -> Option<Memory> {
    let shared = kibibytes(status, "RssShmem").unwrap_or(0);
    Some(Memory {
        anonymous_bytes: kibibytes(status, "RssAnon")?,
        file_bytes: kibibytes(status, "RssFile")? + shared,
    })
}

/// The bytes in the line `NAME: N kB` of a file in `/proc`.
pub(super) fn kibibytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str = "Name:\tledger\nVmRSS:\t   64 kB\nRssAnon:\t   40 kB\nRssFile:\t   20 kB\n\
                          RssShmem:\t    4 kB\nThreads:\t6\n";

    #[test]
    fn the_parts_of_resident_memory_are_read() {
        let expected = Memory { anonymous_bytes: 40 * 1024, file_bytes: 24 * 1024 };
        assert_eq!(read(STATUS), Some(expected));
        assert_eq!(read("Name:\tkthreadd\n"), None, "a thread of the kernel has none");
        assert_eq!(kibibytes("RssAnon:\t12 MB\n", "RssAnon"), None);
        assert_eq!(kibibytes("RssAnonymous:\t12 kB\n", "RssAnon"), None);
    }

    #[test]
    fn each_part_has_a_highest_value_of_its_own() {
        let (a, b) =
            (Memory { anonymous_bytes: 1, file_bytes: 9 }, Memory { anonymous_bytes: 5, file_bytes: 2 });
        assert_eq!(a.max(b), Memory { anonymous_bytes: 5, file_bytes: 9 });
    }
}
