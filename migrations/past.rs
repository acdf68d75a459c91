//! The past of cells: for each table `X_cells` of the script its twin `X_past`, made from the same words.

/// The tables `X_past`: the columns of `X_cells` and, at the end of them and of their key, the number of an epoch.
pub(super) fn tables(script: &str) -> String {
    let (mut tables, mut in_cells) = (String::new(), false);
    for line in script.lines() {
        let name = line.strip_prefix("create table ").and_then(|rest| rest.strip_suffix("_cells ("));
        let key = line.strip_prefix("    primary key (").and_then(|rest| rest.strip_suffix(')'));
        if let Some(name) = name {
            tables.extend(["create table ", name, "_past (\n"]);
            in_cells = true;
        } else if let (true, Some(key)) = (in_cells, key) {
            tables.extend(["    epoch integer not null,\n    primary key (", key, ", epoch)\n"]);
        } else if in_cells {
            tables.extend([line, "\n"]);
            in_cells = !line.starts_with(')');
        }
    }
    tables
}
