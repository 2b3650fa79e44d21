//! The scan of a target: what is read, in which order, by how many.

use std::sync::atomic::AtomicU64;

use merlon_cache::Cabinet;
use merlon_matching::PatternSet;
use merlon_model::Judge;
use merlon_registry::Repositories;

use crate::{Limits, Progress, ScanError, Stats, Target, directory, docker, layout, remote};

/// Which files become events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Demand {
    /// Every file.
    #[default]
    All,
    /// Files in which some pattern holds.
    OnlyHits,
}

/// Reads targets for a judge.
pub struct Scanner<'a> {
    /// What every file is searched for.
    pub patterns: &'a PatternSet,
    /// Who judges the events.
    pub judge: &'a dyn Judge,
    /// What untrusted targets may cost.
    pub limits: Limits,
    /// Which files become events.
    pub demand: Demand,
    /// `os/arch` or `os/arch/variant` that an image must be for. Without it this machine's is chosen of
    /// several, and an image for a single other one is read.
    pub platform: Option<String>,
    /// Threads that read the files of a directory, or the layers of an image.
    pub jobs: usize,
    /// How registries are reached.
    pub registries: &'a Repositories,
    /// Where layers that were judged before are remembered, if anywhere.
    pub memory: Option<&'a Cabinet>,
    /// Who is told how far the scan is.
    pub progress: &'a dyn Progress,
}

impl Scanner<'_> {
    /// Reads a target to its end. What could not be read of it is in the counts' problems.
    ///
    /// # Errors
    /// When nothing of the target can be read, or when it is not clear which image is meant.
    pub fn scan(&self, target: &Target) -> Result<Stats, ScanError> {
        let seq = AtomicU64::new(0);
        let image = match target {
            Target::Path(path) => return directory::scan(self, path, &seq),
            Target::OciLayout { dir, tag } => layout::open_dir(self, dir, tag.as_deref())?,
            Target::OciArchive { file, tag } => layout::open_archive(self, file, tag.as_deref())?,
            Target::DockerArchive { file, tag } => docker::open(self, file, tag.as_deref())?,
            Target::Registry(reference) => remote::open(self, reference)?,
        };
        Ok(image.scan(self, &seq))
    }

    /// The platform that is chosen of several.
    pub(crate) fn chosen_platform(&self) -> String {
        self.platform.clone().unwrap_or_else(|| {
            let architecture = match std::env::consts::ARCH {
                "x86_64" => "amd64",
                "aarch64" => "arm64",
                other => other,
            };
            format!("linux/{architecture}")
        })
    }
}
