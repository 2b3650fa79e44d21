//! One report with every kind of subject, verdict and disposition.

use std::sync::Arc;

use merlon_model::*;
use merlon_sink::{ReportError, RulesetUse, Summary, sort};

fn finding(rule: &str, severity: Severity, message: &str, subject: Subject) -> Finding {
    let id = rule.split('/').next().unwrap();
    let hash: u64 = message
        .bytes()
        .fold(17, |hash, byte| hash.wrapping_mul(31) ^ u64::from(byte));
    Finding {
        rule: rule.to_owned(),
        ruleset: RulesetRef {
            id: id.to_owned(),
            version: "0.1.0".to_owned(),
            digest: format!("sha256:{}", "ab".repeat(32)),
        },
        title: format!("Title of {rule}"),
        severity,
        confidence: Confidence::High,
        outcome: Outcome::Fail,
        disposition: Disposition::Logged,
        controls: Vec::new(),
        attack: Vec::new(),
        message: message.to_owned(),
        subject,
        location: None,
        failed_paths: Vec::new(),
        fix_paths: Vec::new(),
        evidence: Default::default(),
        remediation: String::new(),
        references: Vec::new(),
        fingerprint: format!("b3:{}", format!("{hash:016x}").repeat(4)),
        time: Timestamp::from_nanos(1_795_543_200_000_000_000),
        origin: Origin::Scan,
    }
}

fn object(name: &str, container: Option<&str>) -> Subject {
    Subject::Object(ObjectSubject {
        api_version: "apps/v1".into(),
        kind: "Deployment".into(),
        namespace: "shop".into(),
        name: name.into(),
        container: container.map(str::to_owned),
    })
}

fn at(file: &str, line: u32, column: u32) -> Option<Location> {
    Some(Location {
        file: file.into(),
        line: Some(line),
        column: Some(column),
        ..Location::default()
    })
}

fn manifests() -> Vec<Finding> {
    let mut host_pid = finding(
        "nsa/host-pid",
        Severity::High,
        "Deployment web uses spec.template.spec.hostPID, so its containers see and signal every process of the node",
        object("web", None),
    );
    host_pid.location = at("deploy/web.yaml", 14, 7);
    host_pid.controls = vec!["C-0038".into(), "NSA:pod-security".into()];
    host_pid.attack = vec!["T1611".into()];
    host_pid.failed_paths = vec!["spec.template.spec.hostPID".into()];
    host_pid.fix_paths = vec![FixPath {
        path: "spec.template.spec.hostPID".into(),
        value: "false".into(),
    }];
    host_pid.remediation = "Remove hostPID, or set it to false.".into();
    host_pid.references = vec!["https://kubernetes.io/docs/concepts/security/".into()];

    let mut root = finding(
        "nsa/run-as-root",
        Severity::Medium,
        "The container may run as root",
        object("web", Some("app")),
    );
    root.location = at("deploy/web.yaml", 22, 11);
    root.exempt("the image needs it until 2.0");

    let mut pass = finding("nsa/host-ipc", Severity::High, "", object("web", None));
    pass.location = at("deploy/web.yaml", 3, 1);
    pass.outcome = Outcome::Pass;

    let mut skip = finding(
        "nsa/anonymous-auth",
        Severity::Critical,
        "The API server's flags are not part of this inventory",
        object("web", None),
    );
    skip.location = at("deploy/web.yaml", 1, 1);
    skip.outcome = Outcome::Skip;

    let mut error = finding(
        "nsa/image-tag",
        Severity::Low,
        "plugin nsa exceeded its time limit",
        object("api", None),
    );
    error.outcome = Outcome::Error;
    vec![host_pid, root, pass, skip, error]
}

fn files() -> Vec<Finding> {
    let image = Arc::new(ImageRef {
        reference: "registry.example/shop/web:1.2".into(),
        digest: format!("sha256:{}", "cd".repeat(32)),
    });
    let file = FileSubject {
        path: "/root/.aws/credentials".into(),
        size: 116,
        mode: "0600".into(),
        image: Some(Arc::clone(&image)),
        layer: Some(Arc::new(LayerRef {
            index: 2,
            digest: format!("sha256:{}", "11".repeat(32)),
            diff_id: format!("sha256:{}", "22".repeat(32)),
            created_by: Some("COPY .aws /root/.aws".into()),
            base: None,
        })),
        deleted_by: Some(DeletedBy { index: 3 }),
        ..FileSubject::default()
    };
    let mut key = finding(
        "secrets/aws-access-key",
        Severity::Critical,
        "AWS access key",
        Subject::File(file),
    );
    key.location = Some(Location {
        offset: Some(30),
        length: Some(20),
        ..at("/root/.aws/credentials", 2, 21).unwrap()
    });
    key.evidence.insert("secret_hash".into(), "5f3a".into());
    key.evidence
        .insert("snippet".into(), "aws_access_key_id = AKIA***".into());

    let config = finding(
        "secrets/env",
        Severity::Low,
        "The image's environment holds a password",
        Subject::Image(ImageSubject {
            reference: "registry.example/shop/web:1.2".into(),
            digest: image.digest.clone(),
            config_path: "config.Env[3]".into(),
        }),
    );
    let mut hostile = finding(
        "secrets/odd",
        Severity::Info,
        "\u{1b}[2J<b>&\"wiped\"</b>\u{0}\r\nsecond line \u{202e}live",
        Subject::File(FileSubject {
            path: "dir name/a#b?.txt".into(),
            visible: true,
            ..FileSubject::default()
        }),
    );
    hostile.location = at("dir name/a#b?.txt", 1, 1);
    vec![key, config, hostile]
}

fn processes() -> Vec<Finding> {
    let mut shell = finding(
        "behaviour/reverse-shell",
        Severity::Critical,
        "bash reads its commands from a connection",
        Subject::Process(Box::new(ProcessSubject {
            exec_id: "9f2c".into(),
            pid: 4711,
            exe: "/usr/bin/bash".into(),
            argv: vec!["bash".into(), "-i".into()],
            cwd: "/".into(),
            container: Some(Container {
                id: "ab".repeat(32),
                name: Some("web".into()),
                image: None,
                pod: None,
            }),
            ..ProcessSubject::default()
        })),
    );
    shell.disposition = Disposition::Killed;
    shell.origin = Origin::Sensor;
    shell.confidence = Confidence::Medium;
    vec![shell]
}

pub(crate) fn findings() -> Vec<Finding> {
    let mut all = manifests();
    all.extend(files());
    all.extend(processes());
    sort(&mut all);
    all
}

pub(crate) fn summary(findings: &[Finding]) -> Summary {
    let mut summary = Summary {
        files: 12,
        bytes: 34_567,
        objects: 57,
        events: 69,
        started: Timestamp::from_nanos(1_795_543_200_000_000_000),
        wall_seconds: 0.4375,
        cpu_seconds: 0.75,
        ..Summary::default()
    };
    for finding in findings {
        summary.count(finding);
    }
    let nsa = RulesetUse {
        calls: 3,
        rows: 57,
        cpu_seconds: 0.25,
        faults: 1,
        ..RulesetUse::default()
    };
    summary.rulesets.insert("nsa".into(), nsa);
    summary
}

pub(crate) fn errors() -> Vec<ReportError> {
    vec![ReportError {
        what: "deploy/broken.yaml".into(),
        message: "the manifest cannot be read: did not find expected key".into(),
        location: at("deploy/broken.yaml", 9, 3),
    }]
}
