//! Sees to it that the console is embedded anew when it was built anew.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // A path that is not there would count as changed at every build.
    let watched = ["console/dist", "console"].into_iter().find(|path| Path::new(path).exists());
    if let Some(path) = watched {
        println!("cargo::rerun-if-changed={path}");
    }
}
