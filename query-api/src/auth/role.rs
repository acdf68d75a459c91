//! Roles, permissions, and the table of both.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the holder of a token is to the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// An upstream system: publishes events, and sees nothing.
    Publisher,
    /// The finance department: reads, settles, reviews, sets.
    Finance,
    /// Reads everything, and the raw history.
    Auditor,
    /// Reports, and the big screen.
    Viewer,
    /// The big screen and nothing else: a screen on a wall.
    Screen,
    /// All of it, and the tokens.
    Admin,
}

/// What a request needs its caller to be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Publish events.
    Publish,
    /// See the big screen.
    SeeScreen,
    /// Read reports: figures, nothing about single persons.
    ReadReports,
    /// Read lists and single orders.
    ReadLists,
    /// Settle, approve, reject, discard.
    Decide,
    /// Change settings.
    Settings,
    /// Read the raw history and its proofs.
    Audit,
    /// Make, list and revoke tokens.
    Tokens,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 6] =
        [Self::Publisher, Self::Finance, Self::Auditor, Self::Viewer, Self::Screen, Self::Admin];

    /// What this role may do.
    pub const fn permissions(self) -> &'static [Permission] {
        use Permission::{Audit, Decide, Publish, ReadLists, ReadReports, SeeScreen, Settings, Tokens};
        match self {
            Self::Publisher => &[Publish],
            Self::Finance => &[SeeScreen, ReadReports, ReadLists, Decide, Settings],
            Self::Auditor => &[SeeScreen, ReadReports, ReadLists, Audit],
            Self::Viewer => &[SeeScreen, ReadReports],
            Self::Screen => &[SeeScreen],
            Self::Admin => &[Publish, SeeScreen, ReadReports, ReadLists, Decide, Settings, Audit, Tokens],
        }
    }

    /// Whether this role may do that.
    pub fn may(self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }

    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Publisher => "publisher",
            Self::Finance => "finance",
            Self::Auditor => "auditor",
            Self::Viewer => "viewer",
            Self::Screen => "screen",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Permission {
    /// As a word after "may not".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Publish => "publish events",
            Self::SeeScreen => "see the big screen",
            Self::ReadReports => "read reports",
            Self::ReadLists => "read lists",
            Self::Decide => "make decisions",
            Self::Settings => "change settings",
            Self::Audit => "read the raw history",
            Self::Tokens => "manage tokens",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_do_what_the_table_says_and_no_more() {
        use Permission::{Audit, Decide, Publish, ReadLists, ReadReports, SeeScreen, Settings, Tokens};
        let all = [Publish, SeeScreen, ReadReports, ReadLists, Decide, Settings, Audit, Tokens];
        let table = [
            (Role::Publisher, "y-------"),
            (Role::Finance, "-yyyyy--"),
            (Role::Auditor, "-yyy--y-"),
            (Role::Viewer, "-yy-----"),
            (Role::Screen, "-y------"),
            (Role::Admin, "yyyyyyyy"),
        ];
        for (role, row) in table {
            let found: String = all.iter().map(|p| if role.may(*p) { 'y' } else { '-' }).collect();
            assert_eq!(found, row, "{role}");
        }
    }

    #[test]
    fn the_name_of_a_role_is_its_name_in_json() {
        for role in Role::ALL {
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
        }
    }
}
