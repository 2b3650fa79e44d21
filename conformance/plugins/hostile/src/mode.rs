//! The ways to misbehave.

use merlon_sdk::json::Value;

/// How the plugin misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Not at all: one finding per row.
    Well,
    /// Never returns from `evaluate`.
    Loop,
    /// Asks for 4 GiB.
    Memory,
    /// Recurses without end.
    Recursion,
    /// Answers with 100 MB.
    BigResult,
    /// Calls the host without end.
    HostCallFlood,
    /// Writes a million lines.
    LogFlood,
    /// Fills the state.
    StateFlood,
    /// Traps in `evaluate`.
    Trap,
    /// Answers with an error.
    Error,
    /// Names a row that does not exist.
    BadRow,
    /// Names a rule that does not exist.
    BadRule,
    /// More findings than anybody reads.
    ManyFindings,
    /// Traps in `describe`.
    TrapInDescribe,
    /// Never returns from `describe`.
    DescribeLoop,
    /// Answers `describe` with an error.
    ErrorInDescribe,
    /// Declares a regular expression that does not compile.
    BadPattern,
    /// Declares a regular expression that would need gigabytes.
    HugePattern,
    /// Declares more rules than any ruleset has.
    HugeManifest,
    /// Subscribes to a kind that does not exist.
    BadKind,
    /// Subscribes to a field that does not exist.
    BadField,
    /// Gives a prefilter that does not parse.
    BadFilter,
}

impl Mode {
    /// Every mode with its name.
    pub const ALL: [(&'static str, Self); 22] = [
        ("well", Self::Well),
        ("loop", Self::Loop),
        ("memory", Self::Memory),
        ("recursion", Self::Recursion),
        ("big-result", Self::BigResult),
        ("host-call-flood", Self::HostCallFlood),
        ("log-flood", Self::LogFlood),
        ("state-flood", Self::StateFlood),
        ("trap", Self::Trap),
        ("error", Self::Error),
        ("bad-row", Self::BadRow),
        ("bad-rule", Self::BadRule),
        ("many-findings", Self::ManyFindings),
        ("trap-in-describe", Self::TrapInDescribe),
        ("describe-loop", Self::DescribeLoop),
        ("error-in-describe", Self::ErrorInDescribe),
        ("bad-pattern", Self::BadPattern),
        ("huge-pattern", Self::HugePattern),
        ("huge-manifest", Self::HugeManifest),
        ("bad-kind", Self::BadKind),
        ("bad-field", Self::BadField),
        ("bad-filter", Self::BadFilter),
    ];

    /// The mode that the settings ask for.
    ///
    /// # Errors
    /// The settings name none of them.
    pub fn of_settings(settings: &str) -> Result<Self, String> {
        let settings: Value =
            merlon_sdk::json::from_str(settings).map_err(|error| error.to_string())?;
        let name = settings
            .get("mode")
            .and_then(Value::as_str)
            .unwrap_or("well");
        Self::ALL
            .into_iter()
            .find(|(known, _)| *known == name)
            .map(|(_, mode)| mode)
            .ok_or_else(|| format!("`{name}` is no mode of the hostile plugin"))
    }
}
