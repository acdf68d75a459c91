//! PostgreSQL's words for the script of the tables, which is written in SQLite's.

/// The words that PostgreSQL has for types. Texts sort by their bytes, as in SQLite.
const TYPES: [(&str, &str); 3] = [("integer", "bigint"), ("blob", "bytea"), ("text", "text collate \"C\"")];

/// `script`, which is in SQLite's words, in PostgreSQL's.
pub(crate) fn for_postgres(script: &str) -> String {
    script.lines().map(|line| translate(line) + "\n").collect()
}

/// One line; what its comment says is left out.
fn translate(line: &str) -> String {
    let code = line.split_once("--").map_or(line, |(code, _)| code).trim_end();
    // What SQLite takes for a comment.
    let code = &code.replace("/* ", "").replace(" */", "");
    if matches!(&**code, ") strict;" | ") without rowid, strict;") {
        return ");".to_owned();
    }
    code.split_inclusive(' ')
        .map(|word| {
            let (bare, end) = word.split_at(word.trim_end_matches([' ', ',']).len());
            let found = TYPES.iter().find(|(sqlite, _)| *sqlite == bare);
            found.map_or(bare, |(_, postgres)| postgres).to_owned() + end
        })
        .collect()
}
