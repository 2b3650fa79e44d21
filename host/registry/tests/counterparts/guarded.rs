//! Registries with TLS and users.

use std::fs;

use merlon_registry::{Credentials, Demand, HostAccess, PushOptions, RegistryError, Scheme};

use crate::oras::reference;
use crate::support::peer::{Guard, Peer, USER, run_with, wanted};
use crate::support::{Client, access, chain, credentials, plain, ruleset};

#[test]
fn guarded_registries_want_their_authority_and_their_user() {
    for name in ["docker-registry", "distribution"] {
        let Some(peer) = Peer::start_as(name, Guard::Guarded) else {
            continue;
        };
        let root = tempfile::tempdir().unwrap();
        let auth = |password: &str| {
            let json = format!(
                r#"{{"auths":{{"{}":{{"username":"{}","password":"{password}"}}}}}}"#,
                peer.host, USER.0
            );
            credentials(root.path(), &json)
        };
        let client = |ca: bool, credentials: Credentials| {
            let mut special = plain(&peer.host);
            special.scheme = Scheme::Automatic;
            special.ca = ca.then(|| peer.ca.clone());
            let mut access = access(vec![special]);
            access.credentials = credentials;
            Client::new(access)
        };
        let at = reference(&peer, "guarded:1");
        let push = |client: &Client| {
            client
                .registry
                .push(&ruleset(), &at, &PushOptions::default())
        };

        let error = chain(&push(&client(false, auth(USER.1))).unwrap_err());
        assert!(
            error.contains("certificate is not trusted"),
            "{name}: {error}"
        );
        let error = push(&client(true, auth("wr0ng-word"))).unwrap_err();
        assert!(
            matches!(error, RegistryError::Denied { .. }),
            "{name}: {error}"
        );
        assert!(!chain(&error).contains("wr0ng-word"), "{name}: {error}");
        let error = push(&client(true, Credentials::default())).unwrap_err();
        assert!(
            error.to_string().contains("no credentials"),
            "{name}: {error}"
        );

        let right = client(true, auth(USER.1));
        let digest = push(&right).unwrap();
        let pulled = right.registry.pull(&at, &Demand::Anything).unwrap();
        assert_eq!(pulled.digest, digest);
        pull_with_oras(&peer);
    }
}

fn pull_with_oras(peer: &Peer) {
    if let Some(oras) = wanted("oras") {
        let source = format!("{}/guarded:1", peer.host);
        let ca = peer.ca.display().to_string();
        let arguments = [
            "pull",
            "--ca-file",
            &ca,
            "-u",
            USER.0,
            "--password-stdin",
            &source,
        ];
        run_with(&oras, peer.room(), (&arguments, USER.1.as_bytes()));
    }
}

#[test]
fn a_certificate_has_to_be_signed_and_to_name_the_host() {
    for (guard, word) in [
        (Guard::Chained, ""),
        (Guard::Misnamed, "certificate is not trusted"),
    ] {
        let Some(peer) = Peer::start_as("docker-registry", guard) else {
            return;
        };
        let root = tempfile::tempdir().unwrap();
        let mut access = access(vec![HostAccess {
            host: peer.host.clone(),
            ca: Some(peer.ca.clone()),
            ..HostAccess::default()
        }]);
        let json = format!(
            r#"{{"auths":{{"{}":{{"username":"{}","password":"{}"}}}}}}"#,
            peer.host, USER.0, USER.1
        );
        access.credentials = credentials(root.path(), &json);
        let client = Client::new(access);
        let at = reference(&peer, "named:1");
        let pushed = client
            .registry
            .push(&ruleset(), &at, &PushOptions::default());
        match word {
            "" => assert!(pushed.is_ok(), "{pushed:?}"),
            word => assert!(chain(&pushed.unwrap_err()).contains(word)),
        }
    }
}

#[cfg(unix)]
#[test]
fn a_credential_helper_opens_a_guarded_registry() {
    use std::os::unix::fs::PermissionsExt as _;

    let Some(peer) = Peer::start_as("docker-registry", Guard::Guarded) else {
        return;
    };
    let root = tempfile::tempdir().unwrap();
    let helper = root.path().join("docker-credential-test");
    let script = format!(
        "#!/bin/sh\nread -r host\n[ \"$host\" = {} ] || {{ echo credentials not found in native keychain; exit 1; }}\n\
         echo '{{\"Username\":\"{}\",\"Secret\":\"{}\"}}'\n",
        peer.host, USER.0, USER.1
    );
    fs::write(&helper, script).unwrap();
    fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).unwrap();
    for json in [
        r#"{"credsStore":"test"}"#.to_owned(),
        format!(
            r#"{{"credHelpers":{{"{}":"test"}},"credsStore":"absent"}}"#,
            peer.host
        ),
    ] {
        let mut access = access(vec![HostAccess {
            host: peer.host.clone(),
            ca: Some(peer.ca.clone()),
            ..HostAccess::default()
        }]);
        access.credentials = credentials(root.path(), &json);
        access.credentials.helper_path =
            Some(format!("{}:/usr/bin:/bin", root.path().display()).into());
        let client = Client::new(access);
        client
            .registry
            .push(
                &ruleset(),
                &reference(&peer, "helped:1"),
                &PushOptions::default(),
            )
            .unwrap();
    }
}
