//! `merlon config`: every problem at once; the effective configuration with the origin of each value.

use crate::arguments::ConfigCommand;
use crate::environment::Environment;
use crate::session::Session;
use crate::{Exit, Failure};

pub(crate) fn config(command: &ConfigCommand, environment: &Environment) -> Result<Exit, Failure> {
    match command {
        ConfigCommand::Check(decide) => {
            let session = Session::open(decide, environment)?;
            session.catalog(None)?;
            let count = session.rulesets().count();
            println!("the configuration is good: {count} rulesets");
            Ok(Exit::Clean)
        }
        ConfigCommand::Show(decide) => {
            let config = crate::config::load(decide, environment)?;
            println!("{}", config.render().trim_end());
            Ok(Exit::Clean)
        }
    }
}
