//! One attempt to reload: load, test, rehearse, switch; or the reason to stay.

use std::sync::Arc;
use std::time::{Duration, Instant};

use merlon_engine::{Catalog, Change, Difference, Engine, Rehearsal, What};
use merlon_model::chain;
use merlon_runtime::Runtime;

use super::cases;
use super::report::{Done, Outcome};
use crate::Failure;
use crate::arguments::{Decide, Reload};
use crate::config::Config;
use crate::environment::Environment;
use crate::session::{self, Session};

/// The longest that recent events are rehearsed.
const REHEARSAL: Duration = Duration::from_secs(10);

/// What an attempt needs.
pub(super) struct Attempt<'a> {
    pub(super) engine: &'a Engine,
    pub(super) runtime: &'a Arc<Runtime>,
    pub(super) decide: &'a Decide,
    pub(super) environment: &'a Environment,
    pub(super) policy: Reload,
    /// Whether the job still runs.
    pub(super) going: &'a dyn Fn() -> bool,
}

impl Attempt<'_> {
    /// Whatever goes wrong before the last line, the old catalogue judges on.
    pub(super) fn run(&self, config: Config) -> Result<Outcome, Failure> {
        let session = Session::assemble(
            config,
            self.decide,
            (Arc::clone(self.runtime), self.environment),
        )?;
        let before = self.engine.catalog();
        let next = session.catalog(Some(&before))?;
        let changes = before.changes(&next);
        if changes.iter().all(|change| change.what == What::Unchanged) {
            return Ok(Outcome::Same {
                rulesets: changes.len(),
            });
        }
        let done = Done {
            cases: self.try_cases(&session, &changes)?,
            difference: self.rehearse(&before, &next)?,
            changes,
        };
        if !(self.going)() {
            return Err(Failure::incomplete("the job ends"));
        }
        if self.policy != Reload::Accept
            && let Some(why) = objection(&done.difference)
        {
            return Ok(Outcome::Refused(done, why));
        }
        self.engine.switch(next);
        Ok(Outcome::Done(done))
    }

    fn try_cases(&self, session: &Session, changes: &[Change]) -> Result<usize, Failure> {
        let new = |id: &str| {
            let of = changes.iter().find(|change| change.after.id == id);
            of.is_some_and(|change| matches!(change.what, What::Content | What::Added))
        };
        let rulesets: Vec<_> = session
            .rulesets()
            .filter(|ruleset| new(&ruleset.definition.id))
            .cloned()
            .collect();
        cases::run(&rulesets, self.environment, self.going)
    }

    fn rehearse(&self, before: &Catalog, next: &Catalog) -> Result<Difference, Failure> {
        let rehearsal = Rehearsal::new(self.runtime, session::origins()?, before, next)
            .map_err(|error| Failure::incomplete(chain(&error)))?;
        let end = Instant::now() + REHEARSAL;
        let go_on = || (self.going)() && Instant::now() < end;
        Ok(rehearsal.compare(&self.engine.recent(), &go_on))
    }
}

/// Why a careful operator would not want this difference.
fn objection(difference: &Difference) -> Option<String> {
    let Difference {
        events,
        compared,
        new_denials,
        new_faults,
        ..
    } = difference;
    if *new_denials > 0 {
        return Some(format!(
            "it would deny {new_denials} of {compared} events that were not denied"
        ));
    }
    if let Some((ruleset, faults)) = new_faults.first_key_value() {
        return Some(format!(
            "ruleset {ruleset} would leave {} more calls without an answer",
            faults.count
        ));
    }
    (compared < events).then(|| {
        format!(
            "only {compared} of {events} recent events could be rehearsed within {} s",
            REHEARSAL.as_secs()
        )
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use merlon_engine::{Detail, Recent};
    use merlon_model::{
        Body, Event, Finding, FindingSink, Judge, ObjectEvent, Origin, Timestamp, Verdict,
    };
    use serde_json::json;

    use super::*;

    struct Nowhere;

    impl FindingSink for Nowhere {
        fn deliver(&self, _: Finding) {}
    }

    /// An engine that judges as a configuration says, and what can be reloaded into it.
    struct Stage {
        directory: tempfile::TempDir,
        decide: Decide,
        environment: Environment,
        runtime: Arc<Runtime>,
        engine: Engine,
    }

    impl Stage {
        fn open(rulesets: &str) -> Self {
            let directory = tempfile::tempdir().unwrap();
            let file = directory.path().join("merlon.yaml");
            write(&file, rulesets);
            let decide = Decide {
                config: Some(file),
                ..Decide::default()
            };
            // Rego in the sandbox is compiled once.
            let environment = Environment {
                cache: Some(directory.path().join("cache")),
                ..Environment::default()
            };
            let session = Session::open(&decide, &environment).unwrap();
            let catalog = session.catalog(None).unwrap();
            let engine = Engine::new(catalog, Arc::new(Nowhere), Origin::Sensor, Detail::Failing)
                .remembering(Recent::default());
            Self {
                runtime: session.runtime(),
                directory,
                decide,
                environment,
                engine,
            }
        }

        /// Writes another configuration and reloads it.
        fn reload(&self, rulesets: &str, policy: Reload) -> Outcome {
            write(&self.directory.path().join("merlon.yaml"), rulesets);
            let attempt = Attempt {
                engine: &self.engine,
                runtime: &self.runtime,
                decide: &self.decide,
                environment: &self.environment,
                policy,
                going: &|| true,
            };
            let config = crate::config::load(&self.decide, &self.environment);
            let outcome = config.and_then(|config| attempt.run(config));
            outcome.unwrap_or_else(|failure| Outcome::failed(failure.to_string()))
        }

        /// A ruleset directory of its own.
        fn ruleset(&self, files: &[(&str, &[u8])]) {
            for (name, bytes) in files {
                let path = self.directory.path().join("team").join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, bytes).unwrap();
            }
        }

        fn verdict(&self) -> Verdict {
            self.engine.judge(&[pod()])[0]
        }
    }

    fn write(file: &Path, rulesets: &str) {
        let text = format!("apiVersion: merlon.dev/v1\nrulesets:\n{rulesets}\n");
        fs::write(file, text).unwrap();
    }

    fn pod() -> Event {
        let object = json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "web", "namespace": "shop" },
            "spec": { "hostPID": true, "containers": [{ "name": "app", "image": "a" }] },
        });
        let event = ObjectEvent {
            api_version: "v1".to_owned(),
            kind: "Pod".to_owned(),
            namespace: "shop".to_owned(),
            name: "web".to_owned(),
            json: object.to_string().into(),
            object: Arc::new(object),
            ..ObjectEvent::default()
        };
        Event {
            time: Timestamp::now(),
            seq: 0,
            body: Body::Object(Arc::new(event)),
        }
    }

    const AUDIT: &str = "  - nsa";
    const ENFORCE: &str = "  - { use: nsa, mode: enforce }";
    const DEFINITION: &str =
        "apiVersion: merlon.dev/v1\nkind: Ruleset\nid: team\nversion: 0.1.0\ntitle: Ours\n";

    fn why(outcome: Outcome) -> String {
        match outcome {
            Outcome::Failed { why } => why,
            other => panic!("not a failure: {other:?}"),
        }
    }

    #[test]
    fn a_new_denial_is_refused_and_taken_when_it_is_accepted() {
        let stage = Stage::open(AUDIT);
        assert_eq!(stage.verdict(), Verdict::Allow);
        let refused = stage.reload(ENFORCE, Reload::RefuseNewDenials);
        let Outcome::Refused(done, why) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(done.difference.new_denials, 1);
        assert_eq!(done.difference.rules["nsa/host-pid"].newly_denied.count, 1);
        assert!(why.contains("deny 1 of 1 events"), "{why}");
        assert_eq!(stage.verdict(), Verdict::Allow, "the old one stays");

        let taken = stage.reload(ENFORCE, Reload::Accept);
        assert!(matches!(taken, Outcome::Done(_)), "{taken:?}");
        assert_eq!(stage.verdict(), Verdict::Deny);

        let lifted = stage.reload(AUDIT, Reload::RefuseNewDenials);
        assert!(matches!(lifted, Outcome::Done(_)), "{lifted:?}");
        assert_eq!(stage.verdict(), Verdict::Allow);
    }

    #[test]
    fn a_denial_of_nothing_recent_is_taken() {
        let stage = Stage::open(AUDIT);
        let taken = stage.reload(ENFORCE, Reload::RefuseNewDenials);
        assert!(matches!(taken, Outcome::Done(_)), "{taken:?}");
        assert_eq!(stage.verdict(), Verdict::Deny);
    }

    #[test]
    fn the_same_rulesets_in_other_words_switch_nothing() {
        let stage = Stage::open(AUDIT);
        let same = stage.reload("  - { use: nsa, mode: audit } # as before", Reload::Accept);
        assert!(matches!(same, Outcome::Same { rulesets: 1 }), "{same:?}");
    }

    #[test]
    fn every_failure_says_where_it_is_and_the_old_rulesets_stay() {
        let stage = Stage::open(ENFORCE);
        assert_eq!(stage.verdict(), Verdict::Deny);
        let team = "  - nsa\n  - ./team";
        let failed = |rulesets: &str| why(stage.reload(rulesets, Reload::Accept));

        let typo = failed("  - { use: nsa, mod: audit }");
        assert!(typo.contains("merlon.yaml:3"), "{typo}");
        let missing = failed(team);
        assert!(missing.contains("team"), "{missing}");

        stage.ruleset(&[("ruleset.yaml", DEFINITION.replace("kind", "kin").as_bytes())]);
        let wrong = failed(team);
        assert!(wrong.contains("team/ruleset.yaml:2"), "{wrong}");

        let definition = format!("{DEFINITION}plugin: plugin.wasm\n");
        stage.ruleset(&[
            ("ruleset.yaml", definition.as_bytes()),
            ("plugin.wasm", b"not a component"),
        ]);
        let broken = failed(team);
        assert!(broken.contains("ruleset team cannot be loaded"), "{broken}");

        assert_eq!(stage.verdict(), Verdict::Deny, "the old one stays");
    }

    #[test]
    fn a_ruleset_that_fails_its_own_cases_or_leaves_them_unfinished_is_not_taken() {
        if crate::bundle::REGO.is_none() {
            println!("skipped: rego.wasm is not built: run `cargo xtask setup` first");
            return;
        }
        let stage = Stage::open(ENFORCE);
        let rego = b"package merlon\nimport rego.v1\ndeny contains {\"rule\": \"no-pods\", \"message\": \"a pod\"} if input.kind == \"Pod\"\n";
        let definition = format!(
            "{DEFINITION}policies: [\"*.rego\"]\nrules:\n  - {{ id: no-pods, title: No pods, severity: low }}\n"
        );
        let case = b"- name: a pod is fine\n  objects: [{ apiVersion: v1, kind: Pod, metadata: { name: web } }]\n  expect: [{ rule: other, subject: Pod/web }]\n";
        stage.ruleset(&[
            ("ruleset.yaml", definition.as_bytes()),
            ("team.rego", rego),
            ("cases/pods.yaml", case),
        ]);
        let failed = why(stage.reload("  - ./team", Reload::Accept));
        assert!(
            failed.contains("1 case fails: team/cases/pods.yaml: a pod is fine"),
            "{failed}"
        );
        assert_eq!(stage.verdict(), Verdict::Deny, "the old one stays");
    }

    #[test]
    fn new_denials_new_faults_and_an_unfinished_rehearsal_are_objected_to_and_findings_are_not() {
        let seen = Difference {
            events: 10,
            compared: 10,
            ..Difference::default()
        };
        assert_eq!(objection(&seen), None);
        let mut found = seen.clone();
        found.rules.entry("a/x".to_owned()).or_default();
        found.lifted_denials = 3;
        assert_eq!(objection(&found), None);
        let denied = Difference {
            new_denials: 2,
            ..seen.clone()
        };
        assert!(objection(&denied).unwrap().contains("deny 2 of 10 events"));
        let mut broken = seen.clone();
        broken.new_faults.entry("a".to_owned()).or_default().count = 4;
        assert!(objection(&broken).unwrap().contains("4 more calls"));
        let cut = Difference {
            compared: 3,
            ..seen
        };
        assert!(objection(&cut).unwrap().contains("only 3 of 10"));
    }
}
