//! What was asked for.

/// Printed for `help` and after a usage error.
pub(crate) const USAGE: &str = "\
cargo xtask COMMAND

  setup                 install what is missing (says what), build plugins and probes
  demo                  set-up, then the main jobs on real input
  test [--fast]         format, lints, every test; --fast: what needs neither root nor network
  conformance           every suite as a table
  bench [NAME]|--list   interleaved tables with ratios and the machine's facts;
                        `bench scan -- TABLE...`: only these tables
  bless                 accept new golden output
  fuzz NAME --time S    one fuzz target for S seconds";

/// One invocation.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    Setup,
    Demo,
    Test(Extent),
    Conformance,
    Bench(Benches),
    Bless,
    Fuzz { name: String, seconds: u32 },
}

/// How much is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    Everything,
    /// What needs neither root nor network.
    Fast,
}

/// Which benches run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Benches {
    List,
    All,
    One {
        name: String,
        /// For the bench itself.
        arguments: Vec<String>,
    },
}

impl Benches {
    fn one(name: &str, arguments: &[&str]) -> Self {
        Self::One {
            name: name.to_owned(),
            arguments: arguments.iter().map(|word| (*word).to_owned()).collect(),
        }
    }
}

impl Command {
    pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let arguments: Vec<String> = arguments.collect();
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        match *words.as_slice() {
            [] | ["help" | "--help" | "-h"] => Ok(Self::Help),
            ["setup"] => Ok(Self::Setup),
            ["demo"] => Ok(Self::Demo),
            ["test"] => Ok(Self::Test(Extent::Everything)),
            ["test", "--fast"] => Ok(Self::Test(Extent::Fast)),
            ["conformance"] => Ok(Self::Conformance),
            ["bench"] => Ok(Self::Bench(Benches::All)),
            ["bench", "--list"] => Ok(Self::Bench(Benches::List)),
            ["bench", name] if !name.starts_with('-') => Ok(Self::Bench(Benches::one(name, &[]))),
            ["bench", name, "--", ref own @ ..] if !name.starts_with('-') => {
                Ok(Self::Bench(Benches::one(name, own)))
            }
            ["bless"] => Ok(Self::Bless),
            ["fuzz", name, "--time", seconds] if !name.starts_with('-') => seconds
                .parse()
                .map(|seconds| Self::Fuzz {
                    name: name.into(),
                    seconds,
                })
                .map_err(|error| format!("--time {seconds}: {error}; give whole seconds")),
            [first, ..] => Err(format!("`{}` is not understood: {first}", words.join(" "))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Command, String> {
        Command::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn every_command_of_the_contract_is_understood() {
        assert_eq!(parse("test --fast"), Ok(Command::Test(Extent::Fast)));
        assert_eq!(parse("bench --list"), Ok(Command::Bench(Benches::List)));
        assert_eq!(
            parse("bench scan"),
            Ok(Command::Bench(Benches::one("scan", &[])))
        );
        assert_eq!(
            parse("bench scan -- secrets image"),
            Ok(Command::Bench(Benches::one("scan", &["secrets", "image"])))
        );
        assert_eq!(
            parse("fuzz yaml --time 9"),
            Ok(Command::Fuzz {
                name: "yaml".into(),
                seconds: 9
            })
        );
        for line in ["setup", "demo", "test", "conformance", "bench", "bless", ""] {
            assert!(parse(line).is_ok(), "{line}");
        }
    }

    #[test]
    fn a_wrong_word_is_an_error_not_a_guess() {
        for line in [
            "tests",
            "test --slow",
            "bench scan secrets",
            "fuzz yaml",
            "fuzz yaml --time soon",
            "setup now",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
