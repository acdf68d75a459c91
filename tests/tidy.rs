//! The style rules of this repository as tests: what a compiler does not see and a reviewer should not have to.
//!
//! Each rule is one test. It walks the tree, and fails with the places that break it and what to do there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Longest file of Rust that is still one subject.
const FILE_MAX_LINES: usize = 500;

/// What must not be left in the code. In two halves, so that this file does not break its own rule.
const LEFTOVERS: [&str; 5] = [
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("dbg", "!("),
    concat!("FIX", "ME"),
    concat!("X", "XX"),
];

/// Who may depend on whom inside the workspace.
const ARROWS: [(&str, &[&str]); 5] = [
    ("events-schema", &[]),
    ("ledger-core", &["events-schema"]),
    ("projector", &["events-schema", "ledger-core"]),
    ("query-api", &["events-schema"]),
    ("ledger", &["events-schema", "ledger-core", "projector", "query-api"]),
];

/// Who may depend on an outside crate that belongs to one part of the system.
const WRAPPERS: [(&str, &[&str]); 3] = [
    ("sqlx", &["projector", "query-api"]),
    ("rusqlite", &["projector", "query-api"]),
    ("axum", &["query-api", "ledger"]),
];

/// Words that bring I/O, a clock or another thread into the books.
const IMPURE: [&str; 6] = ["std::fs", "tokio", "SystemTime", "Instant", "async", "Timestamp::now"];

/// A text file of the repository.
struct Source {
    /// Path from the root of the repository, with `/`.
    path: String,
    text: String,
}

/// All files of the repository whose name ends with `ending`, without what is built, fetched or recorded.
fn sources(ending: &str) -> Vec<Source> {
    let mut found = Vec::new();
    collect(root(), ending, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn collect(directory: &Path, ending: &str, found: &mut Vec<Source>) {
    let entries = fs::read_dir(directory)
        .unwrap_or_else(|error| panic!("cannot list {}: {error}", directory.display()));
    for entry in entries {
        let entry = entry.unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        if kind.is_dir() {
            let recorded = name == "data" && directory == root();
            if !recorded && !["target", ".git", "node_modules"].contains(&name.as_str()) {
                collect(&path, ending, found);
            }
        } else if kind.is_file() && name.ends_with(ending) {
            let text = fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
            let path = path.strip_prefix(root()).unwrap_or(&path);
            let path = path.to_string_lossy().replace('\\', "/");
            found.push(Source { path, text });
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Fails with one line for each place where a rule is broken.
fn hold(rule: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{rule}\n  {}\n", broken.join("\n  "));
}

/// Whether `text` has `word` with no letter, digit or underscore beside it.
fn has_word(text: &str, word: &str) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(start, found)| {
        !text[..start].ends_with(part_of_word) && !text[start + found.len()..].starts_with(part_of_word)
    })
}

/// Which crates each crate of the workspace needs when it is built, by the name of its package.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let manifests = sources("Cargo.toml");
    manifests.iter().map(|manifest| needs(&manifest.text)).collect()
}

/// A package's name and what its `Cargo.toml` lists as dependencies. Those of its tests do not count.
fn needs(manifest: &str) -> (String, BTreeSet<String>) {
    let (mut name, mut needed, mut section) = (String::new(), BTreeSet::new(), "");
    for line in manifest.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[') {
            section = header.split(']').next().unwrap_or(header);
            // [dependencies.NAME] is a dependency of its own.
            if let Some(dependency) = section.strip_prefix("dependencies.") {
                needed.insert(dependency.to_owned());
            }
        } else if let Some((key, value)) = line.split_once('=') {
            let key = key.split('.').next().unwrap_or(key).trim();
            if section == "package" && key == "name" {
                value.trim().trim_matches('"').clone_into(&mut name);
            } else if is_build_section(section) && !key.starts_with('#') {
                needed.insert(renamed(value).unwrap_or(key).to_owned());
            }
        }
    }
    (name, needed)
}

fn is_build_section(section: &str) -> bool {
    matches!(section, "dependencies" | "build-dependencies")
        || section.starts_with("target.") && section.ends_with(".dependencies")
}

/// The real name of a dependency that is used under another: `package = "NAME"` in its table.
fn renamed(value: &str) -> Option<&str> {
    let (_, rest) = value.split_once("package")?;
    rest.trim_start().strip_prefix('=')?.trim_start().strip_prefix('"')?.split('"').next()
}

/// How many titles (`# `) a Markdown text has outside its code blocks.
fn titles(markdown: &str) -> usize {
    let mut fence = None;
    let mut count = 0;
    for line in markdown.lines() {
        let mark = ["```", "~~~"].into_iter().find(|mark| line.trim_start().starts_with(mark));
        match (fence, mark) {
            (None, Some(_)) => fence = mark,
            (Some(open), Some(close)) if open == close => fence = None,
            (None, None) if line.starts_with("# ") => count += 1,
            _ => {}
        }
    }
    count
}

#[test]
fn the_walk_finds_every_crate() {
    let found: Vec<String> = sources(".rs").into_iter().map(|source| source.path).collect();
    for (name, _) in ARROWS {
        let entry = if name == "ledger" { "src/main.rs".to_owned() } else { format!("{name}/src/lib.rs") };
        assert!(found.contains(&entry), "{entry} was not found: has a crate moved? Then say so in ARROWS");
    }
}

#[test]
fn no_file_is_longer_than_one_subject() {
    let broken: Vec<String> = sources(".rs")
        .iter()
        .map(|source| (source.text.lines().count(), &source.path))
        .filter(|(lines, _)| *lines > FILE_MAX_LINES)
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect();
    hold("At most 500 lines a file. Move one of its subjects to a file of its own:", &broken);
}

#[test]
fn every_file_begins_by_saying_what_it_is_for() {
    let broken: Vec<String> = sources(".rs")
        .into_iter()
        .filter(|source| !source.text.starts_with("//!"))
        .map(|source| source.path)
        .collect();
    hold("The first line of a file is a `//!` comment that says what the file is for. Add it:", &broken);
}

#[test]
fn no_module_hides_in_a_mod_rs() {
    let broken: Vec<String> = sources(".rs")
        .into_iter()
        .filter(|source| source.path.ends_with("/mod.rs"))
        .map(|source| source.path)
        .collect();
    hold("A module `foo` is foo.rs beside foo/, so that its file has its name. Rename:", &broken);
}

#[test]
fn nothing_is_left_to_be_done_later() {
    let mut broken = Vec::new();
    for source in sources(".rs") {
        for (number, line) in source.text.lines().enumerate() {
            for word in LEFTOVERS.into_iter().filter(|word| line.contains(word)) {
                broken.push(format!("{}:{}: {word}", source.path, number + 1));
            }
        }
    }
    hold("Finish it, or take it out:", &broken);
}

#[test]
fn every_document_has_one_title() {
    let broken: Vec<String> = sources(".md")
        .iter()
        .map(|source| (titles(&source.text), &source.path))
        .filter(|(count, _)| *count != 1)
        .map(|(count, path)| format!("{path}: {count} titles"))
        .collect();
    hold("A Markdown file has one line `# Title`; its parts begin with `## `. Mend:", &broken);
}

#[test]
fn crates_of_the_workspace_depend_on_each_other_in_one_direction_only() {
    let crates = dependencies();
    let allowed = BTreeMap::from(ARROWS);
    let mut broken = Vec::new();
    for (name, needed) in &crates {
        let Some(may) = allowed.get(name.as_str()) else {
            broken.push(format!("{name}: is new; say in ARROWS what it may need"));
            continue;
        };
        for inner in needed.iter().filter(|inner| crates.contains_key(*inner)) {
            if !may.contains(&inner.as_str()) {
                broken.push(format!("{name}/Cargo.toml: needs {inner}"));
            }
        }
    }
    hold(
        "Dependencies against the direction. Move what is shared to events-schema, or have `ledger` put the two together:",
        &broken,
    );
}

#[test]
fn outside_crates_stay_in_the_part_they_belong_to() {
    let mut broken = Vec::new();
    for (name, needed) in &dependencies() {
        for (outer, may) in WRAPPERS {
            if needed.contains(outer) && !may.contains(&name.as_str()) {
                broken.push(format!(
                    "{name}/Cargo.toml: needs {outer}, which belongs to {}",
                    may.join(" and ")
                ));
            }
        }
    }
    hold(
        "Only the read models speak SQL, only the reading side and the binary speak HTTP. Move that code there:",
        &broken,
    );
}

#[test]
fn the_books_have_no_io_no_clock_and_no_async() {
    let mut broken = Vec::new();
    for source in sources(".rs") {
        if !source.path.starts_with("ledger-core/src/books") {
            continue;
        }
        for (number, line) in source.text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or(line);
            for word in IMPURE.into_iter().filter(|word| has_word(code, word)) {
                broken.push(format!("{}:{}: {word}", source.path, number + 1));
            }
        }
    }
    hold("The books are a pure function of the log. Do it in the writer, and hand in the result:", &broken);
}
