//! The machine that is measured on.

use serde_json::{Value, json};

use super::memory::kibibytes;

/// What is known about this machine; null where the system does not tell.
pub(super) fn json() -> Value {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let kernel = read("/proc/sys/kernel/osrelease");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    json!({
        "cpu": cpu(&read("/proc/cpuinfo")),
        "cores": cores,
        "memory_bytes": kibibytes(&read("/proc/meminfo"), "MemTotal"),
        "os": std::env::consts::OS,
        "kernel": Some(kernel.trim()).filter(|kernel| !kernel.is_empty()),
    })
}

/// The name of the first processor in `/proc/cpuinfo`.
fn cpu(cpuinfo: &str) -> Option<&str> {
    let name = |line: &'_ str| line.split_once(':').map(|(name, _)| name.trim() == "model name");
    let line = cpuinfo.lines().find(|line| name(line) == Some(true))?;
    Some(line.split_once(':')?.1.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_named() {
        let text = "processor\t: 0\nmodel\t\t: 1\nmodel name\t: Some CPU: 2 GHz\nprocessor\t: 1\n";
        assert_eq!(cpu(text), Some("Some CPU: 2 GHz"));
        assert_eq!(cpu(""), None);
        assert!(json()["cores"].as_u64().unwrap() > 0);
    }
}
