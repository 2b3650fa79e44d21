//! Tools that run infrastructure.

use merlon_sdk::Severity;

use super::SecretRule as R;
use crate::judge;

/// The rules of this file.
pub const RULES: &[R] = &[
    R::vendor(
        "vault-token",
        "HashiCorp Vault token",
        &[r"\b(hv[sbr]\.[A-Za-z0-9_-]{24,300})"],
        "https://developer.hashicorp.com/vault/docs/concepts/tokens",
    )
    .severity(Severity::Critical)
    .judge(judge::random),
    R::vendor(
        "terraform-cloud-token",
        "HCP Terraform token",
        &[r"\b([A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70})"],
        "https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens",
    )
    .severity(Severity::Critical),
    R::vendor(
        "pulumi-token",
        "Pulumi access token",
        &[r"\b(pul-[a-f0-9]{40})\b"],
        "https://www.pulumi.com/docs/pulumi-cloud/access-management/access-tokens/",
    ),
    R::vendor(
        "doppler-token",
        "Doppler token",
        &[r"\b(dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9_.-]{40,80})"],
        "https://docs.doppler.com/docs/service-tokens",
    )
    .severity(Severity::Critical)
    .judge(judge::random),
    R::vendor(
        "onepassword-service-account-token",
        "1Password service account token",
        &[r"\b(ops_eyJ[A-Za-z0-9+/=_-]{100,400})"],
        "https://developer.1password.com/docs/service-accounts/",
    )
    .severity(Severity::Critical),
    R::vendor(
        "databricks-token",
        "Databricks token",
        &[r"\b(dapi[a-f0-9]{32}(?:-[0-9])?)\b"],
        "https://docs.databricks.com/dev-tools/auth/pat",
    ),
    R::vendor(
        "planetscale-token",
        "PlanetScale token or password",
        &[r"\b(pscale_(?:tkn|pw|oauth)_[A-Za-z0-9=._-]{32,64})"],
        "https://planetscale.com/docs/concepts/service-tokens",
    ),
    R::vendor(
        "supabase-token",
        "Supabase token",
        &[r"\b(sbp_[a-f0-9]{40})\b", r"\b(sb_secret_[A-Za-z0-9_-]{20,60})"],
        "https://supabase.com/docs/guides/api/api-keys",
    ),
    R::vendor(
        "tailscale-key",
        "Tailscale key",
        &[r"\b(tskey-(?:api|auth|client|scim|webhook)-[A-Za-z0-9]{8,32}-[A-Za-z0-9]{16,64})\b"],
        "https://tailscale.com/kb/1085/auth-keys",
    ),
    R::vendor(
        "kubernetes-bootstrap-token",
        "Kubernetes bootstrap token",
        &[r#"(?:--token|token|tls-bootstrap-token)["']?[ =:\t]{1,4}["']?([a-z0-9]{6}\.[a-z0-9]{16})(?:[^a-z0-9.]|$)"#],
        "https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/",
    )
    .judge(judge::random),
    R::vendor(
        "docker-hub-token",
        "Docker Hub token",
        &[r"\b(dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,40})"],
        "https://docs.docker.com/security/access-tokens/",
    ),
    R::vendor(
        "docker-registry-auth",
        "Password of a container registry",
        &[r#""auth"\s{0,8}:\s{0,8}"([A-Za-z0-9+/]{8,400}={0,2})""#],
        "https://docs.docker.com/reference/cli/docker/login/",
    )
    .judge(judge::docker_auth),
    R::vendor(
        "newrelic-key",
        "New Relic key",
        &[r"\b(NRAK-[A-Z0-9]{27})\b", r"\b([a-f0-9]{36,40}NRAL)\b"],
        "https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/",
    ),
    R::vendor(
        "grafana-service-account-token",
        "Grafana service account token",
        &[r"\b(glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8})\b"],
        "https://grafana.com/docs/grafana/latest/administration/service-accounts/",
    )
    .judge(judge::hex_checksum),
    R::vendor(
        "grafana-cloud-token",
        "Grafana Cloud token",
        &[r"\b(glc_[A-Za-z0-9+/]{32,400}={0,2})"],
        "https://grafana.com/docs/grafana-cloud/security-and-account-management/authentication-and-permissions/access-policies/",
    )
    .judge(judge::random),
    R::vendor(
        "sentry-token",
        "Sentry token",
        &[r"\b(sntrys_eyJ[A-Za-z0-9+/=_-]{60,400})", r"\b(sntryu_[a-f0-9]{64})\b"],
        "https://docs.sentry.io/account/auth-tokens/",
    ),
    R::vendor(
        "datadog-key",
        "Datadog key",
        &[r#"(?i:datadog|dd_api_key|dd_app_key|dd_application_key)[\w .'"-]{0,20}(?:=>|[:=])[ \t"']{0,4}([a-f0-9]{32}|[a-f0-9]{40})\b"#],
        "https://docs.datadoghq.com/account_management/api-app-keys/",
    )
    .judge(judge::random),
    R::vendor(
        "dynatrace-token",
        "Dynatrace token",
        &[r"\b(dt0[a-z][0-9]{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64})\b"],
        "https://docs.dynatrace.com/docs/manage/identity-access-management/access-tokens-and-oauth-clients/access-tokens",
    ),
];
