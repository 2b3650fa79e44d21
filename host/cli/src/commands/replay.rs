//! `merlon replay`: a recording through the engine, without root.

use std::fs::File;
use std::io::{BufRead, BufReader, stdin};
use std::path::Path;

use merlon_model::{Origin, chain};

use crate::arguments::Replay;
use crate::environment::Environment;
use crate::output::{Output, Read};
use crate::session::Session;
use crate::{Exit, Failure, interrupt};

pub(crate) fn replay(arguments: &Replay, environment: &Environment) -> Result<Exit, Failure> {
    interrupt::install();
    let session = Session::open(&arguments.decide, environment)?;
    let output = Output::open(&arguments.print, environment)?;
    let engine = session.engine(&arguments.print, output.clone(), Origin::Replay)?;
    let input: Box<dyn BufRead> = if arguments.file == Path::new("-") {
        Box::new(stdin().lock())
    } else {
        let file = File::open(&arguments.file).map_err(|error| {
            Failure::incomplete(format!("{}: {error}", arguments.file.display()))
        })?;
        Box::new(BufReader::new(file))
    };
    let mut errors = Vec::new();
    let events = match merlon_sensor::replay(input, &engine) {
        Ok(stats) => stats.events,
        Err(error) => {
            errors.push(merlon_sink::ReportError {
                what: "recording".to_owned(),
                message: format!("{}: {}", arguments.file.display(), chain(&error)),
                location: None,
            });
            0
        }
    };
    output.finish(
        &engine,
        Read {
            events,
            ..Read::default()
        },
        errors,
    )
}
